"""Lists of people as files, as other systems write them."""

from __future__ import annotations

import zipfile
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from tasks.newsletter.importing.settings import ImportSettings

SOURCE = "Paper list, general assembly 12 May 2025"
ATTRIBUTES = '{""city"": ""Hannover"", ""lang"": ""de"", ""topics"": [""congress"", ""BarCamps"", ""chess""]}'
LISTMONK = f"""uuid,email,name,attributes,status,created_at,updated_at
4b6f0c2e-01,anna@example.org,Anna,"{ATTRIBUTES}",enabled,2023-02-01 08:00:00.123456+00:00,2024-01-01 08:00:00Z
4b6f0c2e-02,blocked@example.org,Bo,{{}},blocklisted,2023-02-01T08:00:00Z,2024-01-01T08:00:00Z
4b6f0c2e-03,gone@example.org,Gus,{{}},disabled,2023-02-01T08:00:00Z,2024-01-01T08:00:00Z
"""
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,"
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION{more},LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
    "{email},Claire,Dupont,2,2018-04-13 10:57:02,203.0.113.7,{confirmed},203.0.113.8,,,,,,FR,{cells},"
    '2018-04-13 10:59:02,1234,ab12cd34ef,,"""Congresses and meetings"",""Presse"""\n'
)


def told(**more: object) -> ImportSettings:
    """Settings of an import, complete unless a test says otherwise."""
    return ImportSettings(SOURCE, **{"language": "de", "topics": ("congress",), **more})


def write(path: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    """A file with ``text``."""
    file = path / name
    file.write_bytes(text.encode(encoding))
    return file


def mailchimp(path: Path) -> Path:
    """The zip file of an audience: one subscribed, one unsubscribed, one cleaned."""
    file = path / "audience_export.zip"
    unsub = {
        "more": ",UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON",
        "cells": ",2020-01-01 10:00:00,May,OTHER",
    }
    clean = {"more": ",CLEAN_TIME,CLEAN_CAMPAIGN_TITLE", "cells": ",2020-01-01 10:00:00,May"}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, email, extra in (
            ("subscribed", "claire@example.fr", {"more": "", "cells": ""}),
            ("unsubscribed", "partie@example.fr", unsub),
            ("cleaned", "perdue@example.fr", clean),
        ):
            text = MAILCHIMP.format(email=email, confirmed="2018-04-13 10:58:02", **extra)
            packed.writestr(f"{name}_email_audience_export_9d1f4c.csv", text)
    return file


def run(path: Path, *options: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("import_subscribers", str(path), "--consent-source", SOURCE, *options, stdout=out)
    return out.getvalue()
