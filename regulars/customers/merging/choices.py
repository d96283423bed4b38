"""Field by field: which value the merged record gets. By default the winner's, what is empty filled from the loser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from regulars.customers.models import Party
from regulars.kit import text

WINNER: Final = "winner"
LOSER: Final = "loser"
UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "family_name", "given_name"),
    "address": ("address", "city", "region", "postcode", "country"),
}
"""Fields that only make sense together: they are chosen together."""
SINGLE: Final = (
    "other_name", "salutation", "birth_date", "language", "preferred_channel", "preferred_time", "industry", "about",
    "owner", "team", "territory", "source",
)  # fmt: skip
_TOGETHER: Final = {name for names in UNITS.values() for name in names}


@dataclass(slots=True)
class Decision:
    """What becomes of the winner: ``copied`` by column as it stands at the loser, ``typed`` by field as somebody gave it."""

    copied: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)


def keys_of(*parties: Party) -> list[str]:
    """Everything that may be chosen for these parties: units, single fields, custom fields that one of them has."""
    custom = dict.fromkeys(f"custom.{key}" for party in parties for key in party.custom)
    return [*UNITS, *SINGLE, *sorted(custom)]


def decide(winner: Party, loser: Party, choices: Mapping[str, Any]) -> Decision:
    """What to change of ``winner``.

    Args:
        choices: by unit, field or ``custom.<key>``: ``"winner"``, ``"loser"``, or the value itself.

    Raises:
        KeyError: there is no such field to choose.
    """
    known = {*keys_of(winner, loser), *_TOGETHER}
    if unknown := [key for key in choices if key not in known and not key.startswith("custom.")]:
        raise KeyError(unknown[0])
    decision = Decision()
    for key in dict.fromkeys([*keys_of(winner, loser), *choices]):
        if key not in choices and key in _TOGETHER and key not in UNITS:
            continue
        _settle(decision, winner, loser, key, choices.get(key))
    return decision


def _settle(decision: Decision, winner: Party, loser: Party, key: str, chosen: Any) -> None:
    if chosen is not None and not (isinstance(chosen, str) and chosen in {WINNER, LOSER}):
        decision.typed[key] = chosen
        return
    from_loser = chosen == LOSER or (chosen is None and fills(winner, loser, key))
    if not from_loser:
        return
    if key.startswith("custom."):
        name = key.removeprefix("custom.")
        if name in loser.custom and loser.custom[name] != winner.custom.get(name):
            decision.custom[name] = loser.custom[name]
        return
    merely_fills = chosen is None and key != "name"
    for name in columns(key):
        value = getattr(loser, name)
        if value != getattr(winner, name) and not (merely_fills and _empty(value)):
            decision.copied[name] = value


def columns(key: str) -> list[str]:
    """The columns behind a key; ``fold`` follows the name."""
    names = UNITS.get(key, (key,))
    attnames = [str(Party._meta.get_field(name).attname) for name in names]  # type: ignore[union-attr]
    return [*attnames, "fold"] if key == "name" else attnames


def fills(winner: Party, loser: Party, key: str) -> bool:
    """Whether the loser says by default: where the winner says nothing that differs."""
    if key.startswith("custom."):
        name = key.removeprefix("custom.")
        return _empty(winner.custom.get(name)) and not _empty(loser.custom.get(name))
    if key == "name":
        return is_number(winner) and not is_number(loser)
    pairs = [(getattr(winner, name), getattr(loser, name)) for name in columns(key)]
    contradict = any(not _empty(a) and not _empty(b) and not _same(a, b) for a, b in pairs)
    return not contradict and any(_empty(a) and not _empty(b) for a, b in pairs)


def is_number(party: Party) -> bool:
    """Whether the party is only known by its number so far (``#1007``), as imports call customers without a name."""
    return party.name.startswith("#") and not party.family_name and not party.given_name


def differ(parties: Sequence[Party], key: str) -> bool:
    """Whether the parties that say something say different things."""
    said = [
        tuple(_compared(value) for value in values_of(one, key))
        for one in parties
        if any(not _empty(v) for v in values_of(one, key))
    ]
    return len(set(said)) > 1


def values_of(party: Party, key: str) -> list[Any]:
    """The values behind a key."""
    if key.startswith("custom."):
        return [party.custom.get(key.removeprefix("custom."))]
    return [getattr(party, name) for name in columns(key) if name != "fold"]


def _compared(value: Any) -> Any:
    return text.fold(value) if isinstance(value, str) else str(value)


def _same(one: Any, other: Any) -> bool:
    return bool(_compared(one) == _compared(other))


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
