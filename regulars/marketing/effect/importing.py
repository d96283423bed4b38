"""An experiment that was made elsewhere, from a file with a line for each unit: its group, what it did, what was known before.

Only sums are kept; no line of the file is. The bounds are always valid ones without a planned variance, which is right where each unit
is seen once, with its final outcome.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from io import BytesIO, TextIOBase, TextIOWrapper
from typing import IO, TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intelligence.models.experiments.sequential import AlwaysValid
from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError
from regulars.kit.money import exponent
from regulars.marketing.effect import actions
from regulars.marketing.effect.models import CONTROL, Experiment, Layer, Sum
from regulars.marketing.effect.reckoning import Column
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

    from regulars.staff.models import User

MOST_GROUPS: Final = 10
LOOKED_AT: Final = 1_000
GZIP: Final = b"\x1f\x8b"
_YES_OR_NO: Final = frozenset({"0", "1", ""})


@dataclass(frozen=True, slots=True)
class Seen:
    """A column of the file: a few of its values where it may name groups, and whether it is a yes or no, or an amount."""

    name: str
    values: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the first lines of a file hold."""

    columns: tuple[Seen, ...]

    @property
    def groups(self) -> list[Seen]:
        """Columns that may say in which group somebody was, words before numbers."""
        some = [one for one in self.columns if 2 <= len(one.values) <= MOST_GROUPS]
        return sorted(some, key=lambda one: bool(one.kind))

    @property
    def measured(self) -> list[Seen]:
        """Columns that may say what somebody did."""
        return [one for one in self.columns if one.kind]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which column is what. ``outcomes``: the first is the primary one; ``rates`` of them are yes or no, the others money."""

    arm: str
    control: str
    outcomes: Sequence[str]
    before: str = ""
    currency: str = "TWD"
    shares: Mapping[str, float] = field(default_factory=dict)


def opened(raw: IO[bytes], *, most: int | None = None) -> TextIOWrapper:
    """The text of a file, gzipped or not.

    Args:
        most: bytes that may be unpacked.

    Raises:
        UserError: there are more, or it is broken.
    """
    packed = raw.read(2) == GZIP
    raw.seek(0)
    if packed and most is not None:
        try:
            found = gzip.GzipFile(fileobj=raw).read(most + 1)
        except (OSError, EOFError) as error:
            raise UserError(_("The file is broken.")) from error
        if len(found) > most:
            raise UserError(_("The file is too large: “regulars effect import” measures it on the command line."))
        return TextIOWrapper(BytesIO(found), encoding="utf-8-sig", errors="replace", newline="")
    if packed:
        return TextIOWrapper(gzip.GzipFile(fileobj=raw), encoding="utf-8-sig", errors="replace", newline="")
    return TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def look(text: TextIOBase) -> Look:
    """Look at the first lines of a file.

    Raises:
        UserError: it has no lines, or no header.
    """
    reader = _reader(text)
    names = reader.fieldnames or []
    values: dict[str, dict[str, None]] = {name: {} for name in names}
    for row, _number in zip(reader, range(LOOKED_AT), strict=False):
        for name in names:
            values[name][(row[name] or "").strip()] = None
    if not any(values.values()):
        raise UserError(_("The file has no lines."))
    return Look(tuple(_seen(name, list(found)) for name, found in values.items()))


def _seen(name: str, values: Sequence[str]) -> Seen:
    kind = "rate" if set(values) <= _YES_OR_NO else "money" if all(_is_number(one) for one in values) else ""
    return Seen(name, tuple(values[: MOST_GROUPS + 1]), kind)


def _is_number(word: str) -> bool:
    try:
        return not word or Decimal(word).is_finite()
    except InvalidOperation:
        return False


def _reader(text: TextIOBase) -> csv.DictReader[str]:
    head = text.readline().lstrip("\ufeff")
    if not head.strip():
        raise UserError(_("The file has no header."))
    delimiter = max(",;\t", key=head.count)
    names = next(csv.reader([head], delimiter=delimiter))
    if len(set(names)) < len(names):
        raise UserError(_("Two columns have the same name."))
    return csv.DictReader(text, fieldnames=[name.strip() for name in names], delimiter=delimiter)


@dataclass(slots=True)
class _Adding:
    """The sums of an arm while lines are read."""

    n: int = 0
    y: int = 0
    yy: int = 0
    x: int = 0
    xx: int = 0
    xy: int = 0

    def add(self, y: int, x: int) -> None:
        self.n += 1
        self.y += y
        self.yy += y * y
        self.x += x
        self.xx += x * x
        self.xy += x * y

    @property
    def sums(self) -> Sums:
        return Sums(self.n, self.y, self.yy, (self.x,), (self.xx,), (self.xy,))


@transaction.atomic
def measure_file(text: TextIOBase, *, name: str, chosen: Chosen, by: User | None) -> Experiment:
    """Make an experiment of a file, with its sums.

    Args:
        by: who does it; None on the command line.

    Raises:
        Conflict: the same file was measured so before.
        Forbidden: the role does not allow it.
        UserError: a column or group is missing, or a line cannot be read.
    """
    if by is not None:
        require(by, "effect.edit")
    if not chosen.outcomes:
        raise UserError(_("Please choose what was measured."))
    told = _read(text, chosen)
    arms = _arms(told.added, chosen)
    origin = f"file:{told.digest}"
    if (before := Experiment.objects.filter(origin=origin).first()) is not None:
        raise Conflict(_("This file was measured already: “%(name)s”.") % {"name": before.name})
    return _kept(name, chosen, told, arms, origin=origin, by=by)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a file said: sums by group and column, what the columns are, and what tells this file from others."""

    added: dict[tuple[str, str], _Adding]
    columns: list[Column]
    digest: str


def _read(text: TextIOBase, chosen: Chosen) -> _Told:
    reader = _reader(text)
    missing = [
        one for one in (chosen.arm, chosen.before, *chosen.outcomes) if one and one not in (reader.fieldnames or [])
    ]
    if missing:
        raise UserError(_("There is no column “%(name)s” in the file.") % {"name": missing[0]})
    added: dict[tuple[str, str], _Adding] = {}
    digest, binary, scale = (
        sha256(repr(chosen).encode()),
        dict.fromkeys(chosen.outcomes, True),
        exponent(chosen.currency),
    )
    for arm, words, before in _lines(reader, chosen, digest):
        x = _scaled(before, 2)
        for column, word in zip(chosen.outcomes, words, strict=True):
            binary[column] = binary[column] and word in _YES_OR_NO
            held = added.get((arm, column)) or added.setdefault((arm, column), _Adding())
            held.add(_scaled(word, scale), x)
    columns = [Column(f"file.{one}"[:40], "rate" if binary[one] else "money", name=one) for one in chosen.outcomes]
    return _Told(_unscaled(added, binary, scale), columns, digest.hexdigest()[:32])


def _lines(reader: csv.DictReader[str], chosen: Chosen, digest: Digest) -> Iterator[tuple[str, list[str], str]]:
    for row in reader:
        arm = (row[chosen.arm] or "").strip()
        words = [(row[one] or "").strip() for one in chosen.outcomes]
        before = (row[chosen.before] or "").strip() if chosen.before else ""
        if not arm or not all(_is_number(word) for word in (*words, before)):
            raise UserError(
                _("Line %(n)s cannot be read: %(words)s")
                % {"n": reader.line_num + 1, "words": ", ".join([arm, *words, before])}
            )
        digest.update("\x1f".join((arm, *words, before, "\x1e")).encode())
        yield arm, words, before


def _scaled(word: str, places: int) -> int:
    return int((Decimal(word) if word else Decimal(0)).scaleb(places).to_integral_value())


def _unscaled(
    added: dict[tuple[str, str], _Adding], binary: Mapping[str, bool], scale: int
) -> dict[tuple[str, str], _Adding]:
    """Amounts are kept in minor units; a yes or no is 1."""
    unit = 10**scale
    for (_arm, column), held in added.items():
        if binary[column]:
            held.y, held.yy, held.xy = held.y // unit, held.yy // unit**2, held.xy // unit
    return added


def _arms(added: Mapping[tuple[str, str], _Adding], chosen: Chosen) -> dict[str, float]:
    """The share that each group was meant to get, by its name; equal ones where nothing else was said."""
    found = dict.fromkeys(arm for arm, _column in added)
    if chosen.control not in found:
        raise UserError(_("Nobody in the file is in the group “%(name)s”.") % {"name": chosen.control})
    if not 2 <= len(found) <= MOST_GROUPS:
        raise UserError(_("The file must have between two and ten groups."))
    if unknown := set(chosen.shares) - set(found):
        raise UserError(_("Nobody in the file is in the group “%(name)s”.") % {"name": min(unknown)})
    weights = {arm: chosen.shares.get(arm, 1.0 if not chosen.shares else 0.0) for arm in found}
    if min(weights.values()) <= 0:
        raise UserError(_("Please say for each group which share it was meant to get."))
    return weights


def _kept(
    name: str, chosen: Chosen, told: _Told, arms: Mapping[str, float], *, origin: str, by: User | None
) -> Experiment:  # fmt: skip
    now = clock.now()
    code = {arm: CONTROL if arm == chosen.control else arm[:60] for arm in arms}
    units = sum(held.n for (_arm, column), held in told.added.items() if column == chosen.outcomes[0])
    sequence = asdict(AlwaysValid.tuned(units / 2))
    total = sum(arms.values())
    experiment = Experiment.objects.create(
        origin=origin, name=name.strip()[:160] or origin, layer=Layer.ELSEWHERE, measure=told.columns[0].code,
        variants=[code[arm] for arm in arms if arm != chosen.control], control_share=0, salt="", days=1, expected_units=units,
        sequences={one.code: sequence for one in told.columns}, currency=chosen.currency, columns=[asdict(one) for one in told.columns],
        arms={code[arm]: share / total for arm, share in arms.items()}, began_at=now, ended_at=now, declared_by=by,
    )  # fmt: skip
    rows = []
    for (arm, column), held in told.added.items():
        measure = told.columns[list(chosen.outcomes).index(column)].code
        row = Sum(experiment=experiment, arm=code[arm], measure=measure, moment=experiment.moment(now))
        row.hold(held.sums)
        rows.append(row)
    Sum.objects.bulk_create(rows)
    actions.tell(experiment)
    audit.record("effect.measured", by=by, object_type="experiment", object_id=experiment.pk, units=units)
    return experiment
