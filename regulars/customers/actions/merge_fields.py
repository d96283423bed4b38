"""The fields of the winner: set by a merge, given back when it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from regulars.customers.actions.parties import change_party
from regulars.customers.actions.revisions import plain, revise
from regulars.customers.merging.choices import columns, decide, keys_of
from regulars.customers.models import Merge, Party
from regulars.kit import text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User


def change_winner(*, merge: Merge, winner: Party, loser: Party, choices: Mapping[str, Any], by: User | None) -> None:
    """Give the winner the chosen values and keep on the merge what changed.

    Raises:
        UserError: a field is unknown or a value does not fit.
    """
    before = _snapshot(winner)
    try:
        decision = decide(winner, loser, choices)
    except KeyError as error:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": error.args[0]}) from error
    _write(winner, decision.copied, {**winner.custom, **decision.custom}, by)
    if decision.typed:
        change_party(party=winner, changes=decision.typed, by=by)
    after = _snapshot(winner)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    merge.before = {name: before[name] for name in changed if name in before}
    merge.after = {name: after[name] for name in changed if name in after}
    merge.save(update_fields=["before", "after"])


def restore_winner(*, merge: Merge, winner: Party, by: User | None) -> None:
    """Give the winner back what it had, wherever nobody changed it since."""
    now, later = _snapshot(winner), list(_later(merge))
    columns_, custom = {}, dict(winner.custom)
    for name in {**merge.before, **merge.after}:
        if _is_inherited(merge, name, later) or now.get(name) != merge.after.get(name):
            continue
        key = name.removeprefix("custom.")
        if name == key:
            columns_[name] = merge.before.get(name)
        elif name in merge.before:
            custom[key] = merge.before[name]
        else:
            custom.pop(key, None)
    field = Party._meta.get_field
    _write(winner, {name: field(_bare(name)).to_python(value) if not name.endswith("_id") else value for name, value in columns_.items()}, custom, by)  # type: ignore[union-attr]  # fmt: skip


def _later(merge: Merge) -> Any:
    return Merge.objects.standing().filter(winner=merge.winner_id, pk__gt=merge.pk).order_by("pk")


def _is_inherited(merge: Merge, name: str, later: list[Merge]) -> bool:
    """A later merge changed the field from what this one made it: it shall return to what was before both."""
    for one in later:
        if name in one.before and one.before[name] == merge.after.get(name):
            one.before = {key: value for key, value in one.before.items() if key != name}
            if name in merge.before:
                one.before[name] = merge.before[name]
            one.save(update_fields=["before"])
            return True
    return False


def _snapshot(party: Party) -> dict[str, Any]:
    names = [column for key in keys_of() for column in columns(key) if column != "fold"]
    custom = {f"custom.{key}": value for key, value in party.custom.items()}
    return {name: _json(getattr(party, name)) for name in names} | custom


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _write(party: Party, values: Mapping[str, Any], custom: dict[str, Any], by: User | None) -> None:
    changed = {name: value for name, value in values.items() if name != "fold"}
    before = {_bare(name): plain(getattr(party, name)) for name in changed}
    after = {_bare(name): plain(value) for name, value in changed.items()}
    if custom != party.custom:
        before["custom"], after["custom"] = party.custom, custom
    if not after:
        return
    revise(record=party, before=before, after=after, by=by, party_id=party.pk)
    for name, value in changed.items():
        setattr(party, name, value)
    party.custom = custom
    party.fold = text.fold(party.name)[:200]
    party.save(update_fields=[*changed, "custom", "fold"])


def _bare(column: str) -> str:
    return column.removesuffix("_id")
