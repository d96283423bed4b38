"""What assets and contracts have in common: values are given and checked, many are read at once, changes keep what was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from regulars.customers.actions.revisions import attname_of, revise
from regulars.customers.models import Asset, Batch, Contract, Party
from regulars.kit import text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

Thing = TypeVar("Thing", Asset, Contract)


def assign(record: Any, changes: Mapping[str, Any], known: frozenset[str]) -> None:
    """Give ``record`` the values of ``changes``.

    Raises:
        UserError: a field is not among ``known``.
    """
    if unknown := set(changes) - known:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": ", ".join(sorted(unknown))})
    for name, value in changes.items():
        told = value
        if isinstance(value, str):
            told = value.strip() if name == "terms" else text.clean(value)
        is_key = type(record)._meta.get_field(name).is_relation and not hasattr(value, "pk")
        setattr(record, f"{name}_id" if is_key else name, told)


def check(record: Any, *, at_hand: Collection[str] = ()) -> None:
    """Refuse values that do not fit their columns, saying which.

    Args:
        at_hand: relations whose other end was just read; they are not looked up once more.

    Raises:
        UserError: a value does not fit.
    """
    try:
        record.full_clean(exclude=at_hand, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        label = type(record)._meta.get_field(field).verbose_name if field != "__all__" else ""
        raise UserError(f"{label}: {messages[0]}") from error


def read_rows(
    rows: Iterable[Mapping[str, Any]],
    make: Callable[[Party], Thing],
    known: frozenset[str],
    fit: Callable[[Thing], None],
) -> list[Thing]:
    """What ``rows`` tell, not yet written; each row holds ``party`` and fields among ``known``.

    Raises:
        UserError: a row does not fit; the sentence says which.
    """
    found = []
    for number, row in enumerate(rows, 1):
        facts = dict(row)
        thing = make(facts.pop("party"))
        try:
            assign(thing, facts, known)
            fit(thing)
        except UserError as error:
            raise UserError(_("Row %(n)s: %(problem)s") % {"n": number, "problem": error}) from error
        found.append(thing)
    return found


def change(
    current: Thing,
    changes: Mapping[str, Any],
    known: frozenset[str],
    watched: frozenset[str],
    fit: Callable[[Thing], None],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a locked asset or contract other values; where one that is ``watched`` is another, its end asks anew.

    Returns:
        What was and what is, for ``keep``.

    Raises:
        UserError: a field is not among ``known`` or a value does not fit.
    """
    names = {name: attname_of(type(current), name) for name in changes if name in known}
    before = {name: getattr(current, column) for name, column in names.items()}
    assign(current, changes, known)
    fit(current)
    after = {name: getattr(current, column) for name, column in names.items()}
    if any(before[name] != after[name] for name in watched & set(after)):
        before |= {"seen_to_on": current.seen_to_on, "quiet_until": current.quiet_until}
        current.seen_to_on = current.quiet_until = None
        after |= {"seen_to_on": None, "quiet_until": None}
    return before, after


def keep(
    record: Asset | Contract, before: dict[str, Any], after: dict[str, Any], by: User | None, batch: Batch | None
) -> None:
    """Write what changed, and what it was."""
    if revise(record=record, before=before, after=after, by=by, party_id=record.party_id, batch=batch):
        record.save(update_fields=list(after))
