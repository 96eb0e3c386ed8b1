// Shows each post, and counts it, as it is being written. The server counts: it knows how the service does.
(() => {
  const PAUSE_MS = 350;
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const status = document.querySelector("[data-status]");
  const waiting = new Map();
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;

  // A screen reader is told what is wrong, once, and not every number on the way.
  const say = (shown) => {
    const problems = [...shown.querySelectorAll("[data-problems] li")].map((item) => item.textContent);
    const text = problems.join(" ");
    if (status.textContent !== text) status.textContent = text;
  };
  const refresh = async (sheet) => {
    waiting.get(sheet)?.abort();
    const turn = new AbortController();
    waiting.set(sheet, turn);
    const body = new FormData(form);
    body.append("account", sheet.dataset.account);
    const request = { method: "POST", body, credentials: "same-origin", signal: turn.signal };
    const reply = await fetch(form.dataset.preview, request).catch(() => null);
    const html = reply && reply.ok && !reply.redirected ? await reply.text().catch(() => null) : null;
    if (html === null || waiting.get(sheet) !== turn) return;
    const shown = sheet.querySelector("[data-shown]");
    shown.innerHTML = html;
    say(shown);
  };
  const timers = new Map();
  const later = (element) => {
    const sheet = element.closest("[data-account]");
    if (!sheet) return;
    clearTimeout(timers.get(sheet));
    timers.set(sheet, setTimeout(() => refresh(sheet), PAUSE_MS));
  };
  form.addEventListener("input", (event) => later(event.target));
  form.addEventListener("change", (event) => later(event.target));
  // The image chooser writes into a hidden field, which tells nobody.
  const chosen = new MutationObserver((changes) => changes.forEach((change) => later(change.target)));
  for (const field of form.querySelectorAll("input[type=hidden][id$=-image]")) {
    chosen.observe(field, { attributes: true, attributeFilter: ["value"] });
  }
})();
