// Brings in new mails without touching the filter field that somebody may be typing in.
"use strict";

const list = document.getElementById("list");

async function update() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.getElementById("list");
    if (next && next.innerHTML !== list.innerHTML) {
      list.innerHTML = next.innerHTML;
      document.title = fresh.title;
    }
  } catch {
    // The demo was stopped; the next attempt tells whether it is back.
  }
}

if (list) setInterval(update, 2000);
