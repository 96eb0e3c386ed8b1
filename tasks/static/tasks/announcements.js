// Keeps the announcement view up to date while mails and posts are under way.
(() => {
  const view = document.getElementById("editions");
  const PERIOD_MS = 1500;
  const busy = () => view.contains(document.activeElement) && document.activeElement !== document.body;
  const show = async (reply) => {
    view.dataset.moving = reply.headers.get("X-Moving");
    const state = reply.headers.get("X-State");
    if (state === view.dataset.state) return;
    view.innerHTML = await reply.text();
    view.dataset.state = state;
  };
  const refresh = async () => {
    if (!document.hidden && !busy()) {
      const reply = await fetch(view.dataset.url, { credentials: "same-origin" }).catch(() => null);
      // Logged out, or no longer allowed to see the page: asking again would not help.
      if (reply && (reply.redirected || reply.status === 403 || reply.status === 404)) return;
      if (reply && reply.ok) await show(reply);
    }
    if (view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
  };
  if (view && view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
})();
