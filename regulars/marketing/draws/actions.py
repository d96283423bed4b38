"""Making, publishing and drawing; leaving entries out, telling winners."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.channels.outbox.actions import NewMessage, put
from regulars.channels.outbox.models import MessageClass
from regulars.customers import actions as customers
from regulars.customers import timeline
from regulars.customers.models import Channel, ContactPointKind, TaskKind
from regulars.customers.permission.choices import language_of
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.marketing.draws import fair, queries
from regulars.marketing.draws.models import ERASED, Draw, Entry, Winner
from regulars.marketing.draws.timeline import SOURCE, WON
from regulars.staff import audit, sealing
from regulars.staff.queries import company_name
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

FACTS: Final = (
    "slug", "title_en", "title_zh", "words_en", "words_zh", "prize_en", "prize_zh", "questions", "winners", "opens_at", "closes_at",
)  # fmt: skip
MOST_WINNERS: Final = 1_000
MOST_TICKETS: Final = 100
TELL_WITHIN: Final = timedelta(days=2)


@transaction.atomic
def save_draw(*, draw: Draw | None, by: User | None, **facts: Any) -> Draw:
    """Make a draw, or change one that is not published.

    Args:
        facts: all of ``FACTS``; ``questions`` as ``questions.read`` makes them.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it is published, has no title or address, the address is taken, or the times make no sense.
    """
    if by is not None:
        require(by, "draws.edit")
    held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk) if draw else Draw(owner=by)
    if held.published_at is not None:
        raise UserError(_("What was published stays as it is."))
    for name in FACTS:
        setattr(
            held, name, text.clean(facts[name]) if isinstance(facts[name], str) and "words" not in name else facts[name]
        )
    if not (held.title_en or held.title_zh):
        raise UserError(_("Please give it a title, in one language at least."))
    if Draw.objects.filter(slug=held.slug).exclude(pk=held.pk).exists():
        raise UserError(_("Another draw has this address."))
    if held.closes_at <= held.opens_at:
        raise UserError(_("It has to close after it opens."))
    if not 1 <= held.winners <= MOST_WINNERS:
        raise UserError(_("Please give 1 to 1,000 winners."))
    held.save()
    return held


@transaction.atomic
def publish(*, draw: Draw, by: User | None) -> Draw:
    """Draw a seed, keep it sealed and publish its SHA-256: from now on nothing can be changed, and people can enter.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it is published already, or its time is over.
    """
    if by is not None:
        require(by, "draws.edit")
    held = Draw.objects.live().select_for_update(of=("self",)).get(pk=draw.pk)
    if held.published_at is not None:
        raise UserError(_("It is published already."))
    if held.is_closed:
        raise UserError(_("Its time is over before it began."))
    seed = secrets.token_hex(32)
    held.sealed_seed, held.commitment, held.published_at = sealing.seal(seed), fair.commitment(seed), clock.now()
    held.save()
    if by is not None:
        audit.record(
            "draws.published", by=by, object_type="draw", object_id=held.pk, name=held.title, commitment=held.commitment
        )
    return held


@transaction.atomic
def leave_out(*, entry_ids: Iterable[int], because: str, by: User) -> list[int]:
    """Let entries not take part, with the reason; not after the drawing. The ids of those that did.

    Raises:
        Forbidden: the role does not allow it.
        UserError: there is no reason.
    """
    require(by, "draws.edit")
    if not (because := text.clean(because)[:255]):
        raise UserError(_("Please say why."))
    rows = queries.entries_for(by).filter(pk__in=list(entry_ids), draw__drawn_at=None, left_out_at=None)
    ids = list(rows.values_list("pk", flat=True))
    Entry.objects.filter(pk__in=ids).update(left_out_at=clock.now(), left_out_because=because)
    audit.record("draws.left_out", by=by, object_type="draw", entries=len(ids), because=because)
    return ids


@transaction.atomic
def take_in_again(*, entry_ids: Iterable[int], by: User) -> int:
    """Let entries take part that were left out, but for those of erased persons; not after the drawing.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "draws.edit")
    rows = queries.entries_for(by).filter(pk__in=list(entry_ids), draw__drawn_at=None).exclude(left_out_because=ERASED)
    ids = list(rows.values_list("pk", flat=True))
    return Entry.objects.filter(pk__in=ids).update(left_out_at=None, left_out_because="")


@transaction.atomic
def give_tickets(*, entry_ids: Iterable[int], tickets: int, by: User) -> int:
    """Give entries another number of tickets; not after the drawing. How many have them now.

    Raises:
        Forbidden: the role does not allow it.
        UserError: the number makes no sense.
    """
    require(by, "draws.edit")
    if not 1 <= tickets <= MOST_TICKETS:
        raise UserError(_("Please give 1 to 100 tickets."))
    ids = list(queries.entries_for(by).filter(pk__in=list(entry_ids), draw__drawn_at=None).values_list("pk", flat=True))
    count = Entry.objects.filter(pk__in=ids).update(weight=tickets)
    audit.record("draws.weighted", by=by, object_type="draw", entries=count, tickets=tickets)
    return count


@transaction.atomic
def draw_winners(*, draw: Draw, by: User | None) -> list[Winner]:
    """Reveal the seed and write down who won: it follows from the seed and the list of entries, so it happens once.

    Raises:
        Forbidden: the role does not allow it.
        UserError: people can still enter, it was drawn, nobody takes part, or the seed can no longer be opened.
    """
    if by is not None:
        require(by, "draws.edit")
    held = Draw.objects.live().select_for_update(of=("self",)).get(pk=draw.pk)
    if held.published_at is None or not held.is_closed:
        raise UserError(_("It can be drawn when the time to enter is over."))
    if held.drawn_at is not None:
        raise UserError(_("It was drawn already."))
    entries = {one.number: one for one in held.entries.taking_part().select_related("party")}
    if not entries:
        raise UserError(_("Nobody takes part."))
    seed = sealing.unseal(held.sealed_seed)
    if seed is None or fair.commitment(seed) != held.commitment:
        raise UserError(_("The seed cannot be opened: the key of this installation is another one by now."))
    pairs = [(number, one.weight) for number, one in entries.items()]
    held.seed, held.list_hash, held.sealed_seed = seed, fair.list_hash(pairs), ""
    held.drawn_at, held.drawn_by = clock.now(), by
    held.save()
    chosen = fair.ranked(seed, pairs)[: held.winners]
    made = Winner.objects.bulk_create(
        Winner(draw=held, entry=entries[number], rank=rank) for rank, number in enumerate(chosen, start=1)
    )
    for one in made:
        timeline.record(
            kind=WON, customer=one.entry.party.canonical(), by=by, department="marketing", object_type="draw", object_id=held.pk,
            payload={"title_en": held.title_en, "title_zh": held.title_zh, "rank": one.rank, "number": one.entry.number},
            source=SOURCE, source_key=f"won:{held.pk}:{one.rank}",
        )  # fmt: skip
    if by is not None:
        audit.record(
            "draws.drawn", by=by, object_type="draw", object_id=held.pk, name=held.title, list_hash=held.list_hash
        )
    return made


@transaction.atomic
def tell_winners(*, draw: Draw, by: User) -> tuple[int, int]:
    """Write to the winners who were not told: by e-mail where there is an address, else a task to call them for ``by``.

    Returns:
        How many messages and how many tasks.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it was not drawn.
    """
    require(by, "draws.edit")
    held = Draw.objects.live().select_for_update(of=("self",)).get(pk=draw.pk)
    if held.drawn_at is None:
        raise UserError(_("It was not drawn yet."))
    waiting = list(held.drawn.filter(told_at=None).select_related("entry__party").order_by("rank"))
    by_mail = sum(_tell(one, held, by) for one in waiting)
    return by_mail, len(waiting) - by_mail


def _tell(winner: Winner, draw: Draw, by: User) -> bool:
    """Whether a message went; otherwise a task was made."""
    party = winner.entry.party.canonical()
    point = party.contact_points.filter(kind=ContactPointKind.EMAIL, ended_at=None).order_by("-preferred", "pk").first()
    with override(language_of(party)):
        told = {
            "company": company_name(),
            "title": draw.title,
            "prize": draw.said("prize"),
            "number": winner.entry.number,
            "name": party.name,
        }
        subject = _("You won in “%(title)s”") % told
        words = _(
            "Dear %(name)s,\n\nyour entry number %(number)s in “%(title)s” was drawn. Your prize: %(prize)s.\n\nWe will be in touch about how you get it. How it was drawn can be checked here:\n%(url)s\n\n%(company)s"
        )
        body = words % {**told, "url": queries.result_url(draw)}
    if point is not None:
        put([
            NewMessage(
                channel=Channel.EMAIL, party_id=party.pk, address=point.normalised, origin=f"draw:{draw.pk}", step="won",
                purpose="prize", purpose_class=MessageClass.TRANSACTIONAL, subject=subject, text=body,
            )
        ])  # fmt: skip
    else:
        title = _("Tell them: won in “%(title)s”, number %(number)s") % told
        customers.add_task(party=party, title=title, by=by, kind=TaskKind.CALL, due_at=clock.now() + TELL_WITHIN)
    Winner.objects.filter(pk=winner.pk).update(told_at=clock.now(), told_by="email" if point else "task")
    return point is not None


@transaction.atomic
def remove_draw(*, draw: Draw, by: User) -> None:
    """Take a draw away that was not drawn: nobody can enter any more.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it was drawn, and so has to stay public.
    """
    require(by, "draws.edit")
    held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
    if held.drawn_at is not None:
        raise UserError(_("It was drawn, so everybody must be able to check it: it stays."))
    if Draw.objects.live().filter(pk=held.pk).update(removed_at=clock.now()):
        audit.record("draws.removed", by=by, object_type="draw", object_id=held.pk, name=held.title)


@transaction.atomic
def bring_back(*, draw: Draw, by: User) -> None:
    """Undo a removal.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "draws.edit")
    if Draw.objects.filter(pk=draw.pk, removed_at__isnull=False).update(removed_at=None):
        audit.record("draws.brought_back", by=by, object_type="draw", object_id=draw.pk)
