// Keeps the announcement view up to date while mails and posts are under way.
(() => {
  const view = document.getElementById("editions");
  const PERIOD_MS = 1500;
  const busy = () => view.contains(document.activeElement) && document.activeElement !== document.body;
  const refresh = async () => {
    if (!document.hidden && !busy()) {
      const reply = await fetch(view.dataset.url, { credentials: "same-origin" }).catch(() => null);
      if (reply && reply.ok) {
        view.dataset.moving = reply.headers.get("X-Moving");
        const html = await reply.text();
        if (html !== view.dataset.last) {
          view.dataset.last = html;
          view.innerHTML = html;
        }
      }
    }
    if (view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
  };
  if (view && view.dataset.moving === "1") setTimeout(refresh, PERIOD_MS);
})();
