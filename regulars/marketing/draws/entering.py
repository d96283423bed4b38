"""Taking in what somebody filled in: one entry a person, under the next number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.channels import webform
from regulars.customers import timeline
from regulars.customers.actions.contact import normalise
from regulars.customers.models import Channel, ContactPointKind
from regulars.kit.errors import UserError
from regulars.marketing.draws.models import Draw, Entry
from regulars.marketing.draws.timeline import ENTERED, SOURCE
from regulars.staff import sealing

TEXT_KEY = "prize-draw"


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry, and whether it is new: whoever comes a second time has the first."""

    entry: Entry
    new: bool


@transaction.atomic
def enter(*, draw: Draw, told: Mapping[str, Any], answers: Sequence[int], language: str) -> Entered:
    """Let somebody take part. They become a customer, or are recognised as one; consent is written down with its words.

    Args:
        told: what a ``webform.PersonForm`` made of it.
        answers: the number of the answer chosen, for each question.

    Raises:
        UserError: one cannot enter now, or a question is not answered.
    """
    held = Draw.objects.live().select_for_update(of=("self",)).get(pk=draw.pk)
    if not held.is_open:
        raise UserError(_("One cannot enter any more."))
    if len(answers) != len(held.questions) or any(
        not 0 <= chosen < len(one["choices"]) for chosen, one in zip(answers, held.questions, strict=True)
    ):
        raise UserError(_("Please answer every question."))
    person = _digest(held, told)
    known = held.entries.filter(person=person).first()
    if known is not None:
        return Entered(known, new=False)
    arrival = webform.receive(told, source=_("Prize draw: %(title)s") % {"title": held.title}, language=language)
    known = held.entries.filter(party=arrival.party).first()
    if known is not None:
        return Entered(known, new=False)
    agreed = None
    if told.get("agrees"):
        agreed = webform.agree(
            party=arrival.party,
            told=told,
            key=TEXT_KEY,
            language=language,
            source="prize-draw",
            origin=f"draw:{held.pk}",
        )
    made = Entry.objects.create(
        draw=held, party=arrival.party, number=(held.entries.aggregate(last=Max("number"))["last"] or 0) + 1, person=person,
        answers=list(answers), right=all(chosen == one["right"] for chosen, one in zip(answers, held.questions, strict=True)),
        text=agreed,
    )  # fmt: skip
    timeline.record(
        kind=ENTERED, customer=arrival.party, channel=Channel.WEB, department="marketing", object_type="draw", object_id=held.pk,
        payload={"title_en": held.title_en, "title_zh": held.title_zh, "number": made.number}, source=SOURCE,
        source_key=f"entry:{made.pk}",
    )  # fmt: skip
    return Entered(made, new=True)


def _digest(draw: Draw, told: Mapping[str, Any]) -> str:
    """By which one is known in this draw: the e-mail address, else the number."""
    email, mobile = str(told.get("email") or ""), str(told.get("mobile") or "")
    address = normalise(ContactPointKind.EMAIL, email) if email else normalise(ContactPointKind.MOBILE, mobile)
    return sealing.digest(f"{draw.pk}\0{address}", "draw entry")
