// Keeps the view of an import up to date while a worker checks or writes it.
(() => {
  const view = document.getElementById("import");
  const status = document.getElementById("import-said");
  const PERIOD_MS = 1000;
  const say = () => {
    const said = view.querySelector("[data-said]")?.dataset.said ?? "";
    // Only what changed is said: a screen reader would read the same words again.
    if (status.textContent !== said) status.textContent = said;
  };
  const show = async (reply) => {
    view.dataset.moving = reply.headers.get("X-Moving");
    const state = reply.headers.get("X-State");
    if (state === view.dataset.state) return;
    const focused = view.contains(document.activeElement);
    view.innerHTML = await reply.text();
    view.dataset.state = state;
    // Whoever is on “Cancel” stays there.
    if (focused) view.querySelector("button, a")?.focus();
    say();
  };
  const refresh = async () => {
    if (!document.hidden) {
      const reply = await fetch(view.dataset.url, { credentials: "same-origin" }).catch(() => null);
      // Logged out, or no longer allowed to import: asking again would not help.
      if (reply && (reply.redirected || reply.status === 403 || reply.status === 404)) return;
      if (reply && reply.ok) await show(reply);
    }
    if (view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
  };
  if (view && view.dataset.moving === "1") {
    say();
    setTimeout(refresh, PERIOD_MS);
  }
})();
