// Keeps the changing part of a view up to date while mails, posts or an import are under way.
(() => {
  const PERIOD_MS = 1500;
  const PATIENCE = 5; // An answer that took long cost the server a lot: ask less often.
  const view = document.querySelector("[data-poll]");
  if (!view) return;
  const status = document.querySelector("[data-status]");
  const busy = () => view.contains(document.activeElement) && document.activeElement !== document.body;
  const words = (root) => root.querySelector("[data-say]")?.dataset.say.trim() ?? "";
  let said = words(view);
  let shown = view.dataset.state;

  // A screen reader is told only what is news: another state, another quarter.
  const say = (text) => {
    if (text === said) return;
    said = text;
    status.textContent = text;
  };
  // Somebody is at a button in there: it stays, and only what has no control changes.
  const refreshParts = (fresh) => {
    for (const part of fresh.querySelectorAll("[data-live]")) {
      document.getElementById(part.id)?.replaceWith(part);
    }
  };
  const show = async (reply) => {
    view.dataset.moving = reply.headers.get("X-Moving");
    const state = reply.headers.get("X-State");
    if (state === shown) return;
    const html = await reply.text();
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    say(words(fresh.content));
    if (busy()) {
      refreshParts(fresh.content);
      shown = "";
    } else {
      view.innerHTML = html;
      shown = view.dataset.state = state;
    }
  };
  const isOver = () => view.dataset.moving !== "1" && shown !== "";
  const refresh = async () => {
    const began = performance.now();
    if (!document.hidden) {
      const reply = await fetch(view.dataset.poll, { credentials: "same-origin" }).catch(() => null);
      // Logged out, or no longer allowed to see the page: asking again would not help.
      if (reply && (reply.redirected || reply.status === 403 || reply.status === 404)) return;
      if (reply && reply.ok) await show(reply);
    }
    if (!isOver()) setTimeout(refresh, Math.max(PERIOD_MS, PATIENCE * (performance.now() - began)));
  };
  if (view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
})();
