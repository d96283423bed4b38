"""Writing down what came of a call: on the timeline as any contact, in the list, in consent; and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from regulars.channels import actions as channels
from regulars.customers import actions as customers
from regulars.customers.models import (
    Channel,
    ConsentState,
    ContactPoint,
    Event,
    Party,
    Suppression,
    SuppressionReason,
    Task,
)
from regulars.customers.permission import actions as permission
from regulars.customers.permission import pressure
from regulars.customers.permission.decisions import Reason
from regulars.customers.permission.queries import decide
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.call_lists import calling, queries
from regulars.marketing.call_lists.models import Call, CallState, CallTry
from regulars.marketing.call_lists.words import LOGGED, NO_NUMBER, REACHED, TRIES, Outcome
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

SOURCE: Final = "call-list"
UNDO_WITHIN: Final = timedelta(days=1)
LONGEST_ANSWER: Final = 500
_KEPT: Final = ("state", "outcome", "reason", "tries", "answers")


@transaction.atomic
def record(
    *,
    call: Call,
    outcome: str,
    by: User,
    note: str = "",
    answers: Mapping[str, str] | None = None,
    call_back_at: datetime | None = None,
    minutes: int | None = None,
) -> CallTry:
    """Write down what came of the call that ``by`` has on screen.

    Args:
        outcome: a value of ``Outcome``.
        answers: what was answered to the questions of the script, by question.
        call_back_at: when they want to be called (``later``); the call comes back to ``by`` then, and shows on their Today.

    Raises:
        Forbidden: the role does not allow it.
        Conflict: somebody else has the customer on screen by now, or the call is settled.
        UserError: the outcome is unknown, or the time to call back makes no sense.
    """
    require(by, "call_lists.call")
    if outcome not in Outcome.values:
        raise UserError(_("Please choose what came of the call."))
    held = Call.objects.select_for_update(of=("self",)).select_related("party", "list", "callback").get(pk=call.pk)
    if held.leased_to_id != by.pk or held.state != CallState.OPEN:
        raise Conflict(_("This call is no longer yours: somebody else has it, or it is settled."))
    _check(held, outcome, call_back_at)
    before: dict[str, Any] = {name: getattr(held, name) for name in _KEPT}
    before |= {"next_at": held.next_at.isoformat(), "agent": held.agent_id, "callback": held.callback_id}
    if held.callback is not None and held.callback.done_at is None:
        customers.complete_task(task=held.callback, by=by, outcome=str(Outcome(outcome).label))
        before["completed"] = held.callback_id
    promise = (
        channels.Promise(_("Call back: %(list)s") % {"list": held.list.name}, call_back_at) if call_back_at else None
    )
    logged = channels.log_contact(
        party=held.party, channel=Channel.PHONE, by=by, text=note, outcome=LOGGED[outcome], minutes=minutes, promise=promise
    )  # fmt: skip
    before["task"] = logged.task.pk if logged.task else None
    before |= _consequences(held, outcome, by)
    counted = outcome in REACHED
    if counted:
        pressure.reserve([held.party_id], channel=Channel.PHONE, at=clock.now())
    _settle(held, outcome, by, answers or {}, logged.task, call_back_at)
    return CallTry.objects.create(
        call=held, agent=by, outcome=outcome, event=logged.event, counted=counted, before=before
    )


def _check(call: Call, outcome: str, call_back_at: datetime | None) -> None:
    if (call_back_at is not None) != (outcome == Outcome.LATER):
        raise UserError(_("Please say when to call back."))
    if call_back_at is None:
        return
    if call_back_at <= clock.now():
        raise UserError(_("The time to call back has passed."))
    if call.list.not_after is not None and call_back_at >= call.list.not_after:
        raise UserError(_("The list ends before that."))
    addresses = {pk: point.normalised for pk, point in queries.numbers_of([call.party_id]).items()}
    told = decide(
        [call.party_id], channel=Channel.PHONE, purpose=call.list.purpose, at=call_back_at, addresses=addresses, reserved=True
    )[call.party_id]  # fmt: skip
    if told.reason == Reason.QUIET_HOURS:
        raise UserError(_("It is quiet hours then where the customer lives."))


def _consequences(call: Call, outcome: str, by: User) -> dict[str, Any]:
    """What a wrong number and a refusal change in the record; what is needed to take it back."""
    point = queries.numbers_of([call.party_id]).get(call.party_id)
    if outcome == Outcome.WRONG_NUMBER and point is not None:
        ended = {"point": point.pk, "preferred": point.preferred}
        customers.end_contact_point(point=point, by=by)
        return ended
    if outcome != Outcome.NEVER:
        return {}
    permitted = permission.permits(call.party, Channel.PHONE)
    customers.record_consent(
        party=call.party, channel=Channel.PHONE, state=ConsentState.WITHDRAWN, by=by, source=SOURCE,
        evidence=_("Said on the phone: %(list)s") % {"list": call.list.name},
    )  # fmt: skip
    told: dict[str, Any] = {"permitted": permitted}
    if point is not None:
        started = clock.now()
        stopped = permission.suppress(
            channel=Channel.PHONE, address=point.normalised, reason=SuppressionReason.UNSUBSCRIBE, by=by, party=call.party,
            source=SOURCE,
        )  # fmt: skip
        told["suppression"] = stopped.pk if stopped.at >= started else None
    return told


def _settle(
    call: Call, outcome: str, by: User, answers: Mapping[str, str], task: Task | None, call_back_at: datetime | None
) -> None:
    """Where the call stands after it."""
    now = clock.now()
    call.outcome, call.reason, call.tries = outcome, "", call.tries + 1
    call.answers = {
        **call.answers,
        **{key: value.strip()[:LONGEST_ANSWER] for key, value in answers.items() if value.strip()},
    }
    call.leased_to, call.lease_until, call.callback, call.agent = None, None, task, None
    again: datetime | None = None
    if outcome == Outcome.LATER:
        again, call.agent = call_back_at, by
    elif outcome == Outcome.NOT_REACHED:
        again = now + timedelta(minutes=call.list.pause_minutes) if call.tries < call.list.most_tries else None
        call.reason = "" if again else TRIES
    elif outcome == Outcome.WRONG_NUMBER:
        again = now if queries.numbers_of([call.party_id]) else None
        call.agent = by if again else None
        call.reason = "" if again else NO_NUMBER
    if again is None:
        call.state, call.done_at = CallState.DONE, now
    else:
        call.next_at = again
    call.save()


@transaction.atomic
def undo(*, made: CallTry, by: User) -> Call:
    """Take back the last outcome of a call by whoever wrote it down: the timeline, the list, consent and number are as before.

    The customer is on the agent's screen again.

    Raises:
        Forbidden: the role does not allow it.
        UserError: it is not the last, somebody else's, older than a day, or taken back already.
    """
    require(by, "call_lists.call")
    call = Call.objects.select_for_update(of=("self",)).select_related("party", "list").get(pk=made.call_id)
    last = queries.last_try(call)
    taken = (
        call.leased_to_id is not None
        and call.leased_to_id != by.pk
        and call.lease_until
        and call.lease_until > clock.now()
    )
    if last is None or last.pk != made.pk or last.agent_id != by.pk or clock.now() - last.at > UNDO_WITHIN or taken:
        raise UserError(_("This can no longer be undone here."))
    _unlog(last, by)
    _unsay(call.party, last.before, by)
    if last.counted:
        pressure.release([call.party_id], channel=Channel.PHONE, at=last.at)
    CallTry.objects.filter(pk=last.pk).update(undone_at=clock.now())
    calling.give_back(call_list=call.list, by=by)
    return _restore(call, last.before, by)


def _unlog(made: CallTry, by: User) -> None:
    """Take the entry off the timeline, and the promise with it; the promise that was kept is open again."""
    event = Event.objects.filter(pk=made.event_id, retracted_in=None).first() if made.event_id else None
    task = Task.objects.filter(pk=made.before.get("task") or 0, done_at=None).first()
    if event is not None or task is not None:
        channels.take_back(by=by, event=event, task=task)
    completed = Task.objects.filter(pk=made.before.get("completed") or 0, done_at__isnull=False).first()
    if completed is not None:
        customers.reopen_task(task=completed, by=by)


def _unsay(party: Party, before: Mapping[str, Any], by: User) -> None:
    """The number is theirs again, the refusal was never said."""
    point = ContactPoint.objects.filter(pk=before.get("point") or 0).first()
    if point is not None:
        customers.add_contact_point(
            party=party, kind=point.kind, raw=point.raw, by=by, preferred=bool(before.get("preferred"))
        )
    standing = Suppression.objects.standing().filter(pk=before.get("suppression") or 0).first()
    if standing is not None:
        permission.lift(suppression=standing, by=by)
    if before.get("permitted"):
        customers.record_consent(
            party=party, channel=Channel.PHONE, state=ConsentState.GRANTED, by=by, source=SOURCE,
            evidence=_("“Do not call again” was written down by mistake and taken back"),
        )  # fmt: skip


def _restore(call: Call, before: Mapping[str, Any], by: User) -> Call:
    for name in _KEPT:
        setattr(call, name, before[name])
    call.next_at = parse_datetime(before["next_at"]) or clock.now()
    call.agent_id, call.callback_id, call.done_at = before["agent"], before["callback"], None
    call.leased_to, call.lease_until = by, clock.now() + calling.LEASE
    call.save()
    return call
