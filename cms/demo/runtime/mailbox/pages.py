"""The mailbox's pages as HTML. Everything that comes from a mail is escaped here."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from urllib.parse import quote, urlencode

from cms.demo.runtime.mailbox.message import Attachment, ParsedMail
from cms.demo.runtime.mailbox.store import StoredMail

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def page(title: str, main: str) -> str:
    """A whole document."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Mailbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/mailbox.css">
<script src="/mailbox.js" defer></script>
</head>
<body>
<header><a href="/">Mailbox</a>
<span>Every mail of the demo ends here; nothing leaves this computer.</span></header>
<main>
{main}
</main>
</body>
</html>
"""


def mail_list(mails: list[StoredMail], to: str) -> str:
    """The list, newest first, with the filter and the button that empties it."""
    rows = "\n".join(_row(mail) for mail in mails) or _nothing(to)
    count = f"{len(mails)} mail{'' if len(mails) == 1 else 's'}"
    heading = f"{count} to “{escape(to)}”" if to else count
    json_link = escape("/messages.json" + (f"?{urlencode({'to': to})}" if to else ""))
    return page(
        count,
        f"""<noscript><meta http-equiv="refresh" content="5"></noscript>
<div class="bar">
<form action="/" role="search"><label for="to">Recipient</label>
<input id="to" name="to" type="search" value="{escape(to)}"> <button>Filter</button></form>
<form action="/clear" method="post"><button class="quiet">Delete all</button></form>
</div>
<div id="list">
<h1>{heading}</h1>
<table>
<thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Received</th>
<th scope="col">Size</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p class="quiet"><a href="{json_link}">As JSON</a></p>
</div>""",
    )


def _nothing(to: str) -> str:
    text = f"No mail to “{escape(to)}”." if to else "No mail yet. It appears here by itself."
    return f'<tr><td colspan="4" class="empty">{text}</td></tr>'


def _row(mail: StoredMail) -> str:
    return (
        f'<tr><td><a href="/messages/{quote(mail.id)}">{escape(mail.subject) or "(no subject)"}</a>'
        f"<small>{escape(mail.sender)}</small></td><td>{escape(mail.to)}</td>"
        f"<td>{_moment(mail.received)}</td><td>{_size(mail.size)}</td></tr>"
    )


def _moment(iso: str) -> str:
    local = datetime.fromisoformat(iso).astimezone()
    return f'<time datetime="{escape(iso)}">{local:%H:%M:%S} <small>{local:%Y-%m-%d}</small></time>'


def _size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"


def one_mail(mail: StoredMail, parsed: ParsedMail) -> str:
    """One mail: HTML part, text part, attachments and all headers."""
    base = f"/messages/{quote(mail.id)}"
    return page(
        mail.subject or "(no subject)",
        f"""<p><a href="/">← All mails</a></p>
<h1>{escape(mail.subject) or "(no subject)"}</h1>
<dl class="facts">
<div><dt>From</dt><dd>{escape(mail.sender)}</dd></div>
<div><dt>To</dt><dd>{escape(mail.to)}</dd></div>
<div><dt>Received</dt><dd>{_moment(mail.received)}</dd></div>
</dl>
{_html_part(base, parsed)}{_text_part(parsed)}{_attachments(base, parsed.attachments())}
<h2>Headers</h2>
<div class="scroll"><table class="headers"><tbody>
{_header_rows(parsed)}
</tbody></table></div>
<p><a href="{base}.txt">Source</a> ·
<a href="{base}.eml" download>Download (.eml, {_size(mail.size)})</a></p>""",
    )


def _html_part(base: str, parsed: ParsedMail) -> str:
    if parsed.body("text/html") is None:
        return ""
    sandbox = "allow-popups allow-popups-to-escape-sandbox"
    return f'<h2>HTML</h2>\n<iframe title="HTML part" sandbox="{sandbox}" src="{base}/html"></iframe>\n'


def _text_part(parsed: ParsedMail) -> str:
    text = parsed.body("text/plain")
    return "" if text is None else f'<h2>Text</h2>\n<pre class="text">{linked(text)}</pre>\n'


def linked(text: str) -> str:
    """Text as HTML, its web addresses as links."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        url = escape(found.group())
        link = f'<a href="{url}" target="_blank" rel="noreferrer">{url}</a>'
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _attachments(base: str, attachments: list[Attachment]) -> str:
    if not attachments:
        return ""
    items = "".join(
        f'<li><a href="{base}/parts/{part.number}" download="{escape(part.name)}">{escape(part.name)}</a> '
        f"<small>{escape(part.content_type)}, {_size(len(part.content))}</small></li>"
        for part in attachments
    )
    return f"<h2>Attachments</h2>\n<ul>{items}</ul>\n"


def _header_rows(parsed: ParsedMail) -> str:
    row = '<tr><th scope="row">{}</th><td>{}</td></tr>'
    return "\n".join(row.format(escape(name), escape(value)) for name, value in parsed.headers())


def framed_html(base: str, parsed: ParsedMail) -> str:
    """The HTML part for the frame: links open outside of it, ``cid:`` images come from the mail."""
    html = parsed.body("text/html") or ""
    for part in parsed.attachments():
        if part.content_id:
            html = html.replace(f"cid:{part.content_id}", f"{base}/parts/{part.number}")
    start = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    at = start.end() if start else 0
    return f'{html[:at]}<base target="_blank">{html[at:]}'
