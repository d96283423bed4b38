"""Forms that anybody may fill in on the company's own pages: who it is, what they agree to, and how robots are kept out.

A form names nobody for certain: whoever knows an address can type it. So a known customer is recognised by it, but nothing of
their record is changed, a refusal is not overridden, and consent to e-mail waits for the link that is sent to the address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from regulars.channels.outbox.actions import NewMessage, put
from regulars.channels.outbox.models import MessageClass
from regulars.customers import actions as customers
from regulars.customers.actions.contact import normalise
from regulars.customers.models import Channel, ConsentText, ContactPoint, ContactPointKind, Kind, Party
from regulars.customers.permission import actions as permission
from regulars.customers.privacy import marks
from regulars.customers.queries.likely import pairs_touching
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit, lockout
from regulars.staff.queries import company_name

HONEYPOT: Final = "website"
"""A field that people do not see; whoever fills it in is a robot."""
_MOST_ALIKE: Final = 50
"""So many customers with the same address are looked at."""
_NO_MARKUP: Final = RegexValidator(r"^[^<>\x00-\x1f]*$", gettext_lazy("Please leave out < and >."))


def is_robot(told: Mapping[str, Any]) -> bool:
    """Whether the field that people do not see was filled in."""
    return bool(told.get(HONEYPOT, ""))


def must_wait(request: HttpRequest) -> datetime | None:
    """Count a form sent from this address; until when it has to wait, where these were too many."""
    return lockout.take_form(audit.address_of(request)).until


def too_often(request: HttpRequest, until: datetime) -> HttpResponse:
    """Ask for patience."""
    moment = timezone.localtime(until).strftime("%H:%M")
    sentence = _("That was too often. Please try again after %(time)s.") % {"time": moment}
    context = {"title": _("Please wait"), "sentence": sentence}
    answer = render(request, "customers/permission/said.html", context, status=429)
    answer.headers["Retry-After"] = str(max(1, int((until - clock.now()).total_seconds()) + 1))
    return answer


def language_of(request: HttpRequest) -> str:
    """The language asked for with ``?lang=``, else the browser's."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


def other_languages(_request: HttpRequest) -> list[tuple[str, str]]:
    """The languages that the page is not in: code, and the name as its speakers write it."""
    return [
        (code, translation.get_language_info(code)["name_local"])
        for code, _name in settings.LANGUAGES
        if code != translation.get_language()
    ]


class PersonForm(forms.Form):
    """Who somebody is and how to reach them."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80, validators=[_NO_MARKUP])
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    mobile = forms.CharField(label=gettext_lazy("Mobile"), max_length=32, required=False)
    agrees = forms.BooleanField(required=False)

    def clean_name(self) -> str:
        """The name, tidied; one is needed."""
        name = text.clean(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Please give your name."))
        return name

    def clean_mobile(self) -> str:
        """A number that can be called, or none."""
        return self._point(ContactPointKind.MOBILE, self.cleaned_data.get("mobile", ""))

    def _point(self, kind: str, raw: str) -> str:
        if raw.strip():
            try:
                normalise(kind, raw)
            except UserError as error:
                raise forms.ValidationError(str(error)) from error
        return text.clean(raw)

    def clean(self) -> dict[str, Any]:
        """Without an e-mail address or a number nobody could be told anything."""
        told = super().clean() or self.cleaned_data
        if not (self.errors or told.get("email") or told.get("mobile")):
            raise forms.ValidationError(_("Please give an e-mail address or a mobile number."))
        return told


class AddressForm(PersonForm):
    """The same with a postal address."""

    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=16, required=False, validators=[_NO_MARKUP])
    city = forms.CharField(label=gettext_lazy("City"), max_length=80, validators=[_NO_MARKUP])
    address = forms.CharField(label=gettext_lazy("Address"), max_length=255, validators=[_NO_MARKUP])
    country = forms.CharField(label=gettext_lazy("Country"), max_length=60, required=False, validators=[_NO_MARKUP])


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who filled in a form; ``new``: they were not known before."""

    party: Party
    new: bool


@transaction.atomic
def receive(told: Mapping[str, Any], *, source: str, language: str) -> Arrival:
    """The customer whom a form speaks of: known by an address of theirs and their name, else a new one.

    Whoever gives a known address under another name becomes a customer of their own, put up for decision as a possible duplicate.

    Args:
        told: what a ``PersonForm`` made of it.
        source: where the record comes from, shown with it.
    """
    points = _points(told)
    known = _known(points, str(told["name"]))
    if known is not None:
        return Arrival(known, new=False)
    facts: dict[str, Any] = {key: str(told[key]) for key in ("address", "city", "postcode", "country") if told.get(key)}
    erased = marks.known([marks.point_digest(kind, normalise(kind, raw)) for kind, raw in points])
    allowed = [(kind, raw) for kind, raw in points if marks.point_digest(kind, normalise(kind, raw)) not in erased]
    made = customers.create_party(
        by=None, kind=Kind.PERSON, name=str(told["name"]), contact_points=allowed, language=language, source=source[:60], **facts
    )  # fmt: skip
    found = pairs_touching([made.pk])
    customers.propose_pairs((one.left, one.right, one.probability, one.weight, one.evidence) for one in found)
    return Arrival(made, new=True)


def _points(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = ((ContactPointKind.EMAIL, told.get("email")), (ContactPointKind.MOBILE, told.get("mobile")))
    return [(kind.value, str(raw)) for kind, raw in pairs if raw]


def _known(points: Sequence[tuple[str, str]], name: str) -> Party | None:
    wanted = _bare(name)
    for kind, raw in points:
        kinds = [kind] if kind == ContactPointKind.EMAIL else [ContactPointKind.MOBILE, ContactPointKind.PHONE]
        rows = ContactPoint.objects.filter(kind__in=kinds, normalised=normalise(kind, raw), ended_at=None)
        found = Party.objects.live().filter(pk__in=rows.values("party")).order_by("pk")[:_MOST_ALIKE]
        match = next((one for one in found if _bare(one.name) == wanted), None)
        if match is not None:
            return match
    return None


def _bare(name: str) -> str:
    return text.fold(name).replace(" ", "")


def words_to_agree_to() -> str:
    """What somebody agrees to who ticks the box, in the language of the moment."""
    return _("%(company)s may send me news and offers by e-mail, phone and post. I can change this at any time.") % {
        "company": company_name()
    }


@transaction.atomic
def agree(*, party: Party, told: Mapping[str, Any], key: str, language: str, source: str, origin: str) -> ConsentText:
    """They ticked the box: consent with the very words, for each way they gave; a no that was said before stays a no.

    E-mail waits for the link that is sent to the address (double opt-in).

    Args:
        key: which text it is; ``origin``: what the message with the link is for, so that it is sent once.
    """
    agreed = permission.publish_text(key=key, language=language, words=words_to_agree_to())
    evidence = _("Ticked on the form of the company's page")
    ways = {Channel.PHONE: told.get("mobile"), Channel.POST: told.get("address")}
    for channel, given in ways.items():
        if given and permission.permits(party, channel) is None:
            customers.record_consent(
                party=party, channel=channel, state="granted", by=None, source=source, evidence=evidence, agreed=agreed
            )  # fmt: skip
    if told.get("email") and permission.permits(party, Channel.EMAIL) is None:
        mine = party.contact_points.filter(kind=ContactPointKind.EMAIL, ended_at=None)
        point = mine.filter(normalised=normalise("email", str(told["email"]))).first()
        if point is not None:
            ask_by_mail(point=point, agreed=agreed, origin=origin)
    return agreed


def ask_by_mail(*, point: ContactPoint, agreed: ConsentText, origin: str) -> None:
    """Send the link of the double opt-in to the address, in the language of the moment.

    Args:
        origin: what the message is for, so that it is sent once.
    """
    token = permission.ask_confirmation(point=point, channel=Channel.EMAIL, agreed=agreed)
    url = f"{settings.PUBLIC_URL}{reverse('customers:confirm-address', args=[token])}"
    words = _(
        "You asked %(company)s for news and offers by e-mail. Please confirm it by this link:\n\n%(url)s\n\nIf it was not you, do nothing."
    )
    put([
        NewMessage(
            channel=Channel.EMAIL, party_id=point.party_id, address=point.normalised, origin=origin[:60], step="confirm", purpose="confirmation",
            purpose_class=MessageClass.TRANSACTIONAL, subject=_("Please confirm your e-mail address"),
            text=words % {"company": company_name(), "url": url},
        )
    ])  # fmt: skip
