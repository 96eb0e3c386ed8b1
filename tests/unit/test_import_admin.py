"""Importing subscribers in the admin: what an editor sees and may do on the way."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from tasks.newsletter.consent import broken_at
from tasks.newsletter.importing import stored, work
from tasks.newsletter.importing.views import UploadForm
from tasks.newsletter.models import (
    ImportState,
    ImportUpload,
    Standing,
    Subscriber,
    SubscriberImport,
    SubscriptionRequest,
    SuppressionReason,
)
from tasks.newsletter.suppressions import suppress
from tests.factories.imports import (
    CHOICES,
    EXPORT,
    HEAD,
    SOURCE,
    at,
    checked,
    fields,
    imported,
    lines,
    press_import,
    rows_of,
    upload,
    uploaded,
)
from tests.factories.subscribers import subscriber
from tests.unit.test_admin_permissions import body, cost

pytestmark = pytest.mark.django_db


def german(words: str, **values: Any) -> str:
    """``words`` in the language of the tests' admin, as HTML has them."""
    with override("de"):
        return (gettext(words) % values if values else gettext(words)).replace("'", "&#x27;")


def test_from_the_upload_to_the_outcome(admin_client: Client) -> None:
    row = uploaded(admin_client)
    assert "p0@example.org" in body(admin_client.get(at(row, "columns")))
    admin_client.post(at(row, "columns"), CHOICES)
    assert german("The file is being checked") in body(admin_client.get(at(row, "show")))
    work.work(60)
    with override("de"):
        button = ngettext("Import %(shown)s person", "Import %(shown)s people", 3) % {"shown": 3}
    assert button in body(admin_client.get(at(row, "show")))
    assert not Subscriber.objects.exists()
    row.refresh_from_db()
    imported(admin_client, row)
    assert (row.state, row.rows_done, row.outcomes) == (ImportState.FINISHED, 3, {"created": 3})
    person = Subscriber.objects.get(email="p1@example.org")
    record = person.consent_records.get()
    assert (person.standing, record.source) == (Standing.CONFIRMED, SOURCE)
    assert broken_at(person) is None
    assert german("Imported") in body(admin_client.get(at(row, "show")))


def test_the_file_with_its_addresses_is_gone_when_it_is_over(admin_client: Client) -> None:
    for row in (imported(admin_client, checked(admin_client)), checked(admin_client)):
        admin_client.post(at(row, "cancel"))
        assert not ImportUpload.objects.filter(subscriber_import=row).exists()
        for view in ("show", "problems"):
            assert "example.org" not in body(admin_client.get(at(row, view)))
        row.refresh_from_db()
        assert "example.org" not in str(vars(row))


def test_columns_are_guessed_and_shown_with_the_first_lines(admin_client: Client) -> None:
    row = uploaded(admin_client, "Name;Courriel;Langue\nAnna;anna@example.org;fr\nBert;b@example.org;de\n")
    html = body(admin_client.get(at(row, "columns")))
    guessed = fields(html)
    assert [guessed[f"column_{n}"] for n in range(3)] == ["", "email", "language"]
    assert "Anna" in html
    assert "Bert" in html


def test_what_the_editor_says_of_a_column_holds_against_the_guess(admin_client: Client) -> None:
    row = checked(
        admin_client,
        "email;Privat\nno@example.org;yes@example.org\n",
        column_0="",
        column_1="email",
        column_2="",
        language="fr",
        topics=["barcamp"],
    )
    again = fields(body(admin_client.get(at(row, "columns"))))
    assert (again["column_0"], again["column_1"]) == ("", "email")
    imported(admin_client, row)
    person = Subscriber.objects.get()
    assert (person.email, person.language) == ("yes@example.org", "fr")
    assert [interest.topic for interest in person.interests.all()] == ["barcamp"]


def test_a_mailchimp_zip_needs_no_choice(admin_client: Client) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, column in (("subscribed", "X"), ("unsubscribed", "UNSUB_TIME"), ("cleaned", "CLEAN_TIME")):
            text = f"Email Address,LEID,EUID,{column}\n{name}@example.org,1,2,2020-01-01 10:00:00\n"
            archive.writestr(f"{name}_email_audience_export_1.csv", text)
    row = uploaded(admin_client, packed.getvalue(), name="audience.zip")
    guessed = fields(body(admin_client.get(at(row, "columns"))))
    kept = {"consent_source": SOURCE, "language": "de", "topics": ["congress"]}
    admin_client.post(at(row, "columns"), {**guessed, **kept})
    work.work(60)
    row.refresh_from_db()
    assert (row.state, row.columns) == (ImportState.CHECKED, {})
    assert row.outcomes == {"created": 1, "unsubscribed": 1, "blocked": 1}


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"consent_source": ""}, None),
        ({"column_0": ""}, "No column is known to have the addresses. The file has: %(columns)s"),
        ({"column_3": "email"}, "“%(field)s” is chosen for several columns: %(columns)s"),
        ({"agreed_on": "2999-01-01"}, "This day has yet to come."),
        ({"language": "xx"}, None),
        ({"topics": ["chess"]}, None),
        ({"column_1": "chess"}, None),
    ],
)
def test_a_choice_that_cannot_hold_is_answered_and_starts_nothing(
    admin_client: Client, choices: dict[str, Any], message: str | None
) -> None:
    row = uploaded(admin_client)
    html = body(admin_client.post(at(row, "columns"), {**CHOICES, **choices}))
    assert "error-message" in html or 'role="alert"' in html
    if message:
        values = {"columns": "E-Mail, Sprache, Themen, Name"} if "No column" in message else {}
        values = {"columns": "E-Mail, Name", "field": german("address")} if "field" in message else values
        assert german(message, **values) in html
    row.refresh_from_db()
    assert row.state == ImportState.UPLOADED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "“%(file)s” has no header line."),
        (b"\xd0\xcf\x11\xe0\x00\x00\x00;a\n", "“%(file)s” is no text file. Save the table as CSV."),
        (b"a;b\x81\n", "“%(file)s” is neither in UTF-8 nor in Windows-1252."),
        (
            b"anna@example.org;de\n",
            "The first line of “%(file)s” has an address. It must say what is in which column.",
        ),
        (b"PK\x03\x04rubbish", "The zip file is damaged."),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(
    admin_client: Client, content: bytes, message: str
) -> None:
    html = body(upload(admin_client, content))
    assert german(message, **({"file": "liste.csv"} if "%" in message else {})) in html
    assert not SubscriberImport.objects.exists()


def test_a_spreadsheet_is_refused_with_what_to_do(admin_client: Client) -> None:
    book = BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    html = body(upload(admin_client, book.getvalue(), name="liste.xlsx"))
    message = "This is a file of Excel or LibreOffice. Save it as CSV there, and choose that file."
    assert german(message) in html


def test_a_file_that_is_too_large_is_refused_with_the_limit(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{stored.MAX_UPLOAD >> 20} MB" in str(UploadForm.base_fields["file"].help_text).replace(
        "\xa0", " "
    )
    monkeypatch.setattr(stored, "MAX_UPLOAD", 3 << 20)
    html = body(upload(admin_client, HEAD + "x" * (3 << 20)))
    message = "The file is larger than %(size)s MB. Divide it, or ask who runs the server to import it."
    assert german(message, size=3) in html
    assert not SubscriberImport.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_encodings_and_separators_of_spreadsheets_are_read(
    admin_client: Client, encoding: str, sign: str
) -> None:
    text = f"E-Mail{sign}Sprache{sign}Thèmes\r\na@example.org{sign}Französisch{sign}congress\r\n"
    row = imported(admin_client, checked(admin_client, text.encode(encoding)))
    assert (row.outcomes, Subscriber.objects.get().language) == ({"created": 1}, "fr")


def test_the_check_counts_by_outcome_and_names_each_fault(admin_client: Client) -> None:
    subscriber("de", email="known@example.org")
    subscriber("de", email="left@example.org", standing=Standing.UNSUBSCRIBED)
    suppress("blocked@example.org", SuppressionReason.COMPLAINT, "")
    text = HEAD + lines(2)
    for name in ("known", "left", "blocked"):
        text += f"{name}@example.org;de;congress;X\n"
    row = checked(admin_client, text + "nobody;de;congress;X\nx@example.org;xx;congress;X\n")
    assert row.outcomes == {"created": 2, "confirmed_here": 1, "unsubscribed_here": 1, "blocked_here": 1}
    html = body(admin_client.get(at(row, "show")))
    assert german("This is not a valid e-mail address.") in html
    table = rows_of(body(admin_client.get(at(row, "problems"))))
    assert [line[1:3] for line in table[1:]] == [
        ["7", "E-Mail"],
        ["8", "Sprache"],
        ["4", ""],
        ["5", ""],
        ["6", ""],
    ]
    assert Subscriber.objects.count() == 2


def test_a_wrong_column_brings_no_address_into_the_figures_that_are_kept(admin_client: Client) -> None:
    text = "E-Mail;Sprache;Themen\na@example.org;anna@example.org;bert@example.org, congress\n"
    row = checked(admin_client, text)
    assert row.report["faulty"] == 1
    assert "example.org" not in str(row.report)
    assert "…@…" in str(row.report)


def test_faults_in_a_zip_of_several_tables_name_the_table(admin_client: Client) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("subscribed_1.csv", "cleaned_1.csv"):
            archive.writestr(name, "Email Address,LEID,EUID\nnobody,1,2\n")
    row = uploaded(admin_client, packed.getvalue(), name="audience.zip")
    guessed = fields(body(admin_client.get(at(row, "columns"))))
    admin_client.post(at(row, "columns"), {**guessed, "consent_source": SOURCE})
    work.work(60)
    html = body(admin_client.get(at(row, "show")))
    assert "<td>subscribed_1.csv</td><td>2</td>" in html
    assert "<td>cleaned_1.csv</td><td>2</td>" in html


def test_formulas_do_not_reach_a_spreadsheet(admin_client: Client) -> None:
    text = "=cmd;Sprache;Themen\np@example.org;=1+1;congress\nnobody;de;congress\n"
    row = checked(admin_client, text, name="@x.csv")
    answer = body(admin_client.get(at(row, "problems")))
    assert {line[2] for line in rows_of(answer)[1:]} == {"Sprache", "'=cmd"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in rows_of(answer) for cell in line)
    subscriber("de", email="=cmd@example.org")
    exported = rows_of(body(admin_client.get(EXPORT)))
    assert exported[1][0] == "'=cmd@example.org"


def test_faulty_lines_are_left_out_and_the_others_imported(admin_client: Client) -> None:
    row = imported(admin_client, checked(admin_client, HEAD + lines(2) + "nobody;de;congress;X\n"))
    assert (row.state, row.report["faulty"], Subscriber.objects.count()) == (ImportState.FINISHED, 1, 2)


def test_the_date_of_the_consent_is_the_lines_own_or_the_files(admin_client: Client) -> None:
    text = "email;language;topics;confirmed_at\na@example.org;de;congress;2019-03-02\n"
    text += "b@example.org;de;congress;\n"
    choices = {"column_3": "confirmed_at", "agreed_on": "2025-05-12"}
    imported(admin_client, checked(admin_client, text, **choices))
    days = {p.email: f"{p.confirmed_at:%Y-%m-%d}" for p in Subscriber.objects.all()}
    assert days == {"a@example.org": "2019-03-02", "b@example.org": "2025-05-12"}
    details = [p.consent_records.get().details["agreed_on"] for p in Subscriber.objects.all()]
    assert details == ["2025-05-12"] * 2


def test_whoever_is_asked_first_does_not_count_yet(admin_client: Client) -> None:
    row = imported(admin_client, checked(admin_client, confirm="on"))
    assert row.outcomes == {"asked": 3}
    assert {person.standing for person in Subscriber.objects.all()} == {Standing.PENDING}
    assert SubscriptionRequest.objects.count() == 3


def test_importing_the_same_again_offers_nothing_to_import(admin_client: Client) -> None:
    imported(admin_client, checked(admin_client))
    row = checked(admin_client)
    html = body(admin_client.get(at(row, "show")))
    assert german("There is nothing to import: no line changes anything.") in html
    assert at(row, "run") not in html


def test_what_was_not_shown_is_not_imported(admin_client: Client) -> None:
    row = checked(admin_client)
    admin_client.post(at(row, "columns"), {**CHOICES, "confirm": "on"})
    work.work(60)
    assert german("The import was changed meanwhile. Please look at it again.") in body(
        admin_client.post(at(row, "run"), {"checked": str(row.checked_at)}, follow=True)
    )
    press_import(admin_client, row)
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED


def test_pressing_twice_imports_once(admin_client: Client) -> None:
    row = checked(admin_client)
    press_import(admin_client, row)
    imported(admin_client, row)
    assert (Subscriber.objects.count(), row.outcomes) == (3, {"created": 3})
    press_import(admin_client, row)
    assert not work.due().exists()


def test_what_is_over_is_not_cancelled(admin_client: Client) -> None:
    row = imported(admin_client, checked(admin_client))
    html = body(admin_client.post(at(row, "cancel"), follow=True))
    assert german("The import was over already.") in html
    row.refresh_from_db()
    assert row.state == ImportState.FINISHED


def test_faults_are_told_in_the_language_of_who_uploaded(admin_client: Client, admin_user: User) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=admin_user, preferred_language="fr")
    row = checked(admin_client, HEAD + "nobody;de;congress;X\n")
    with override("fr"):
        assert row.report["problems"][0]["message"] == gettext("This is not a valid e-mail address.")


def test_the_fragment_says_whether_to_ask_again(admin_client: Client) -> None:
    row = uploaded(admin_client)
    admin_client.post(at(row, "columns"), CHOICES)
    first, second = (admin_client.get(at(row, "state")) for _ in range(2))
    assert first["X-Moving"] == "1"
    assert first["X-State"] == second["X-State"]
    work.work(60)
    third = admin_client.get(at(row, "state"))
    assert (third["X-Moving"], third["X-State"] == first["X-State"]) == ("0", False)
    assert '<meta http-equiv="refresh"' not in body(admin_client.get(at(row, "show")))


def test_progress_says_how_much_how_fast_and_how_long(admin_client: Client) -> None:
    row = checked(admin_client)
    SubscriberImport.objects.filter(pk=row.pk).update(
        state=ImportState.RUNNING,
        rows_done=1000,
        rows_total=4000,
        started_at=timezone.now() - timedelta(seconds=10),
    )
    html = body(admin_client.get(at(row, "show")))
    assert '<progress class="import-bar" max="4000" value="1000"' in html
    with override("de"):
        assert ngettext("about %(n)s second left", "about %(n)s seconds left", 30) % {"n": 30} in html
        assert gettext("%(percent)s %% done") % {"percent": 20} in html
    assert '<meta http-equiv="refresh"' in html


def test_the_lists_cost_the_same_for_few_and_many(admin_client: Client, admin_user: User) -> None:
    def fill(rows: int) -> None:
        for number in range(rows):
            user = User.objects.create_user(f"u{rows}-{number}")
            SubscriberImport.objects.create(name=f"{rows}-{number}.csv", uploaded_by=user)

    url = "/admin/tasks/subscriberimport/"
    fill(5)
    cost(admin_client, url)
    few = cost(admin_client, url)
    fill(45)
    assert cost(admin_client, url) == few
