// Copies a field's text. Without this, or where the browser does not let it, the field can be selected.
(() => {
  if (!navigator.clipboard) return;
  const status = document.querySelector("[data-status]");
  document.documentElement.dataset.copies = "";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      return;
    }
    button.textContent = button.dataset.copied;
    if (status) status.textContent = button.dataset.copied;
  });
})();
