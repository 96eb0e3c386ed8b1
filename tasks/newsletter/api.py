"""Subscribing from another front end, at ``/api/delivery/v1/subscriptions``."""

from __future__ import annotations

from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from cms.api.errors import BadParameter
from cms.plugins import registry
from tasks.newsletter import links, proof
from tasks.newsletter import subscribe as domain
from tasks.newsletter.consent import text_version
from tasks.newsletter.forms import CONSENT
from tasks.newsletter.models import LANGUAGES, Frequency, Way
from tasks.newsletter.origin import origin_of
from tasks.newsletter.topics import topic_choices

router = Router(tags=["subscriptions"])
Language = Literal["de", "fr", "en"]


class Strict(Schema):
    """A body in which nothing is ignored."""

    model_config = ConfigDict(extra="forbid")


class SubscriptionIn(Strict):
    """Who asks for what, and the words that were agreed to."""

    email: str = Field(max_length=254)
    language: Language
    topics: list[str] = Field([], max_length=50)
    subjects: list[str] = Field([], max_length=50)
    frequency: Literal["at_once", "weekly", "monthly"] = "at_once"
    consent_language: Language
    consent_version: str = Field(description="of the text that was shown, from `/topics`")
    source: str = Field(max_length=200, description="address of the page with the form")
    altcha: str = Field("", max_length=proof.LONGEST, description="solved challenge, in Base64")


class TokenIn(Strict):
    """The token of a link in a mail."""

    token: str = Field(max_length=300)


class Answer(Schema):
    """What was done."""

    status: str


@router.get("/challenge", response=dict[str, Any], summary="A new ALTCHA challenge")
def challenge(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Valid for 20 minutes and for one sign-up."""
    response["Cache-Control"] = "no-store"
    return proof.challenge()


@router.get("/topics", response=dict[str, Any], summary="What one can choose, and what one agrees to")
def topics(request: HttpRequest) -> dict[str, Any]:
    """Topics and the text of the consent, in every language."""
    return {"languages": [_in_language(code) for code, _label in LANGUAGES], "frequencies": Frequency.values}


def _in_language(code: str) -> dict[str, Any]:
    with override(code):
        text = str(CONSENT)
        listed = [{"key": key, "label": label} for key, label in topic_choices()]
    return {"language": code, "topics": listed, "consent_text": text, "consent_version": text_version(text)}


@router.post("", response={202: Answer}, summary="Ask for mails")
def subscribe(request: HttpRequest, wanted: SubscriptionIn) -> Any:
    """A mail asks the owner of the address to confirm. The answer is the same for every address."""
    wish = _wish(wanted)
    with override("en"):
        try:
            proven = proof.is_proven(wanted.altcha)
            domain.ask(wanted.email, wish, Way.API, origin_of(request), proven)
        except ValidationError as error:
            raise BadParameter("email", error.messages[0]) from error
    return Status(202, {"status": "accepted"})


def _wish(wanted: SubscriptionIn) -> domain.Wish:
    """What is wanted, where all of it exists."""
    if unknown := set(wanted.topics) - {key for key, _label in topic_choices()}:
        raise BadParameter("topics", f"unknown: {', '.join(sorted(unknown))}")
    if wanted.subjects and (
        unknown := set(wanted.subjects) - {key for key, _label in registry().subjects(wanted.language)}
    ):
        raise BadParameter("subjects", f"unknown: {', '.join(sorted(unknown))}")
    if not wanted.topics and not wanted.subjects:
        raise BadParameter("topics", "Choose at least one.")
    with override(wanted.consent_language):
        text = str(CONSENT)
    if wanted.consent_version != text_version(text):
        raise HttpError(
            409, "consent_version is not that of the current text: show the one of /topics again."
        )
    return domain.Wish(
        wanted.language,
        wanted.topics,
        text,
        wanted.source,
        wanted.subjects,
        wanted.frequency,
        wanted.consent_language,
    )


@router.post("/confirm", response=Answer, summary="Confirm, with the token of the mail")
def confirm(request: HttpRequest, body: TokenIn) -> dict[str, str]:
    """Works for 72 hours."""
    wish = links.requested(body.token)
    if wish is None:
        if links.expired(body.token):
            raise HttpError(410, "This link is too old: ask for mails again.")
        raise Http404("This token is not known.")
    domain.confirm(wish, origin_of(request))
    return {"status": "confirmed"}


@router.post("/unsubscribe", response=Answer, summary="End a subscription, with the token of a mail")
def unsubscribe(request: HttpRequest, body: TokenIn) -> dict[str, str]:
    """Works for ever."""
    subscriber = links.leaving(body.token)
    if subscriber is None:
        raise Http404("This token is not known.")
    domain.unsubscribe(subscriber, Way.LINK, origin_of(request))
    return {"status": "unsubscribed"}
