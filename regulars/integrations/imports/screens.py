"""What the pages of an import show, said in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from regulars.customers import fields as own_fields
from regulars.integrations.imports import plan as plans
from regulars.integrations.imports import queries
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.files.encoding import CHOICES
from regulars.integrations.imports.kinds import KINDS, Kind
from regulars.integrations.imports.layouts import layout_called
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.integrations.imports.plan import OWN_FIELD, Plan
from regulars.integrations.imports.values import dates
from regulars.kit.money import symbol
from regulars.web import format as show

ENCODINGS: Final = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp950": "Big5", "gb18030": "GB 18030", "cp1252": "Windows-1252",
    "cp1250": "Windows-1250", "cp1251": "Windows-1251", "shift_jis": "Shift-JIS", "euc-kr": "EUC-KR", "iso-8859-15": "ISO 8859-15",
}  # fmt: skip
DELIMITERS: Final = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
}
TONES: Final = {
    ImportState.DONE: "good", ImportState.RUNNING: "accent", ImportState.QUEUED: "accent", ImportState.PREVIEWING: "accent", ImportState.FAILED: "stake",
    ImportState.STOPPED: "warn", ImportState.LOOKED: "neutral", ImportState.PREVIEWED: "neutral", ImportState.UNDONE: "neutral",
}  # fmt: skip
BUSY: Final = frozenset({ImportState.PREVIEWING, ImportState.QUEUED, ImportState.RUNNING})


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a select."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file in the mapping table."""

    place: int
    name: str
    examples: tuple[str, ...]
    written: str
    target: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the preview or the result: what it is and what it means."""

    label: str
    value: str
    meaning: str = ""


class Page:
    """One import on screen."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self.look, self.plan = Look.from_json(job.look), Plan.from_json(job.plan)
        self.figures = job.figures
        self.tone = TONES[ImportState(job.state)]
        self.busy = job.state in BUSY

    @property
    def kind(self) -> Kind:
        """What the rows are."""
        return self.plan.declared

    @property
    def step(self) -> int:
        """1 columns, 2 check, 3 import."""
        if self.job.state in {ImportState.LOOKED, ImportState.FAILED} and not self.job.batch_id:
            return 1
        return 2 if self.job.state in {ImportState.PREVIEWING, ImportState.PREVIEWED} else 3

    def found(self) -> list[tuple[str, str]]:
        """What the file turned out to be: label and value."""
        look = self.look
        rows = show.show_number(look.rows)
        facts = [
            (_("Rows"), rows if look.rows_exact else _("about %(n)s") % {"n": rows}),
            (_("Columns"), str(len(look.columns))),
        ]
        if look.kind == "text":
            facts.append((_("Encoding"), ENCODINGS.get(look.encoding.removesuffix("-sig"), look.encoding)))
            facts.append((_("Separator"), str(DELIMITERS.get(look.delimiter, look.delimiter))))
        elif look.sheet:
            facts.append((_("Sheet"), look.sheet))
        if look.kind != "vcard":
            facts.append((_("Header"), _("row %(n)s") % {"n": look.first - 1} if look.has_header else _("none")))
        orders = {
            column.date_order
            for column, target in zip(look.columns, self.plan.targets, strict=True)
            if target and column.date_order
        }
        if orders:
            facts.append((_("Dates"), ", ".join(sorted(order_label(order) for order in orders))))
        marks = {
            column.mark
            for column, target in zip(look.columns, self.plan.targets, strict=True)
            if target in _money(self.kind) and column.numeric
        }
        if marks:
            facts.append(
                (_("Decimals"), ", ".join("1,234.50" if mark == "." else "1.234,50" for mark in sorted(marks)))
            )
        return facts

    def encodings(self) -> list[Choice]:
        """Encodings to choose from."""
        current = self.look.encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        return [Choice(code, ENCODINGS[code], code == current) for code in CHOICES]

    def delimiters(self) -> list[Choice]:
        """Separators to choose from."""
        return [Choice(mark, str(label), mark == self.look.delimiter) for mark, label in DELIMITERS.items()]

    def kinds(self) -> list[Choice]:
        """Kinds to choose from."""
        return [Choice(kind.key, str(kind.label), kind.key == self.plan.kind) for kind in KINDS.values()]

    def columns(self) -> list[ColumnLine]:
        """The mapping table."""
        needed = {key for group in self.kind.needs if len(group) == 1 for key in group}
        labels = [
            (one.key, f"{one.label} *" if one.key in needed or one.required else str(one.label))
            for one in KINDS[self.plan.kind].fields
        ]
        if self.plan.kind == "customers":
            labels += [
                (f"{OWN_FIELD}{one.key}", _("Field: %(name)s") % {"name": own_fields.label(one)})
                for one in own_fields.active()
            ]
        lines = []
        for place, (column, target) in enumerate(zip(self.look.columns, self.plan.targets, strict=True)):
            if self.look.kind == "vcard" and not column.filled:
                continue  # no card of the file has any
            choices = [
                Choice("", _("Leave out"), not target),
                *(Choice(key, label, key == target) for key, label in labels),
            ]
            lines.append(ColumnLine(place, column.name, column.examples[:3], _written(column), target, choices))
        return lines

    @property
    def system(self) -> str:
        """The system whose export this is, when it was recognised."""
        found = layout_called(self.plan.layout)
        return found.label if found else ""

    @property
    def asks_for_customer(self) -> bool:
        """Whether rows of trade would be anonymous because no column is taken for the customer."""
        by = ("customer", "email", "phone", "name")
        return self.plan.kind == "orders" and not any(self.plan.columns_of(key) for key in by)

    @property
    def question(self) -> dict[str, str] | None:
        """The column whose dates may be read in two ways, while nobody has said which."""
        return plans.ambiguous_dates(self.plan, self.look)

    def date_orders(self) -> list[Choice]:
        """Orders of dates to choose from."""
        chosen = self.plan.options.date_order
        return [
            Choice("", _("As found"), not chosen),
            *(Choice(key, order_label(key), key == chosen) for key in dates.ORDERS),
        ]

    @property
    def currency(self) -> str:
        """The currency amounts are in."""
        return self.figures.get("currency") or plans.currency_of(self.plan, self.look)

    @property
    def has_trade(self) -> bool:
        """Whether amounts, duplicates and fees matter for this kind."""
        return self.plan.kind in {"orders", "order_items"}

    @property
    def has_things(self) -> bool:
        """Whether the rows are things that hang on customers."""
        return self.plan.kind in {"assets", "contracts"}

    def outcome(self) -> list[Figure]:
        """How the rows end: every one is accepted, known or rejected."""
        count = self._count
        future = self.job.state == ImportState.PREVIEWED
        return [
            Figure(_("Rows"), count("rows")),
            Figure(_("Will be accepted") if future else _("Accepted"), count("accepted")),
            Figure(_("Known already"), count("known"), _("nothing is changed") if self.figures.get("known") else ""),
            Figure(
                _("Rejected"),
                count("rejected"),
                _("in a file to correct and drop in again") if self.figures.get("rejected") else "",
            ),
        ]

    def contents(self) -> list[Figure]:
        """What the rows bring; zeros are left out."""
        facts, count, found = self.figures, self._count, []
        named = [
            (
                "customers_created",
                _("New customers"),
                _("companies and people together") if facts.get("relations_begun") else "",
            ),
            ("customers_changed", _("Changed customers"), _("what they were is kept")),
            ("relations_begun", _("Positions begun"), ""),
            ("relations_ended", _("Positions ended"), ""),
            ("relatives", _("Related persons joined"), _("whom the file names for certain")),
            ("ambiguous", _("Ambiguous rows"), _("several customers fit; set aside with the rejected rows")),
            ("hints", _("Possible duplicates"), _("for you to decide; nothing is merged by itself")),
            ("missing", _("No longer in the file"), _("listed, not deleted")),
            ("orders_created", _("New orders"), ""),
            ("orders_extended", _("Orders with new lines"), ""),
            ("orders_changed", _("Changed orders"), _("what they were is kept")),
            (
                "returns",
                _("Returns"),
                ngettext("%(n)s line", "%(n)s lines", facts.get("return_lines", 0)) % {"n": count("return_lines")},
            ),
            ("anonymous", _("Rows without a customer"), _("kept as anonymous trade")),
            ("fee_lines", _("Fees and adjustments"), _("counted in sums, not as products")),
            (
                "duplicates",
                _("Exact duplicates"),
                _("dropped") if self.plan.options.duplicates == "drop" else pgettext("duplicate rows", "kept"),
            ),
            ("products_created", _("New products"), ""),
            ("products_changed", _("Changed products"), ""),
            ("events_created", _("New timeline entries"), ""),
            ("payments_created", _("New payments"), ""),
            ("assets_created", _("New assets"), ""),
            ("assets_changed", _("Changed assets"), _("what they were is kept")),
            ("contracts_created", _("New contracts"), ""),
            ("contracts_renewed", _("Renewals among them"), _("linked to the term before")),
            ("contracts_changed", _("Changed contracts"), _("what they were is kept")),
        ]
        for key, label, meaning in named:
            if facts.get(key):
                found.append(Figure(label, count(key), meaning))
        if self.has_trade:
            found.insert(
                0, Figure(_("Revenue"), _money_words(str(facts.get("revenue", "0")), self.currency), self.span())
            )
        return found

    @property
    def has_missing(self) -> bool:
        """Whether there is a list of who is no longer in the file."""
        return bool(self.figures.get("missing")) and self.job.missing_path.exists()

    def span(self) -> str:
        """From when to when."""
        first, last = self.figures.get("first"), self.figures.get("last")
        if not first or not last:
            return ""
        return f"{show.show_date(datetime.fromisoformat(first))} – {show.show_date(datetime.fromisoformat(last))}"

    @property
    def counts(self) -> dict[str, str]:
        """How many rows, accepted, known and rejected, written out for a sentence."""
        return {name: self._count(name) for name in ("rows", "accepted", "known", "rejected")}

    def fees(self) -> list[dict[str, Any]]:
        """Codes that are taken as no products."""
        kinds = {"fee": _("Fee"), "adjustment": _("Adjustment")}
        return [
            {
                "code": code,
                "kind": kinds.get(kind, kind),
                "description": description,
                "lines": lines,
                "amount": _thousands(str(amount)),
            }
            for code, (kind, description, lines, amount) in sorted(
                self.figures.get("fees", {}).items(), key=lambda entry: -entry[1][2]
            )
        ]

    def warnings(self) -> list[str]:
        """What to think about."""
        return [*self.look.notes, *queries.warnings(self.figures)]

    def rejects(self) -> list[dict[str, Any]]:
        """The first rejected rows."""
        return list(self.figures.get("first_rejects", []))[:20]

    @property
    def took(self) -> str:
        """How long it took, in words."""
        seconds = round(float(self.figures.get("seconds", 0)))
        if seconds < 1:
            return _("Done in less than a second.")
        return ngettext("Done in %(n)s second.", "Done in %(n)s seconds.", seconds) % {"n": seconds}

    @property
    def is_empty(self) -> bool:
        """Whether every row is known already."""
        return bool(self.figures.get("rows")) and not self.figures.get("accepted")

    def _count(self, key: str) -> str:
        return show.show_number(self.figures.get(key, 0))


def order_label(order: str) -> str:
    """An order of dates by an example."""
    labels = {
        "ymd": _("2026-11-22 (year first)"), "dmy": _("22/11/2026 (day first)"), "mdy": _("11/22/2026 (month first)"), "roc": _("115/11/22 (ROC years)"),
        "serial": _("46348 (spreadsheet serial)"), dates.AMBIGUOUS: _("day or month first?"),
    }  # fmt: skip
    return str(labels.get(order, order))


def _money(kind: Kind) -> set[str]:
    return {one.key for one in kind.fields if one.type == "money"}


def _written(column: Any) -> str:
    if column.date_order:
        return order_label(column.date_order)
    if column.mixed:
        return _("decimals in two styles")
    if column.numeric > 0.9 and column.mark == ",":
        return _("decimal comma")
    return ""


def _thousands(text: str) -> str:
    sign, bare = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, fraction = bare.partition(".")
    return f"{sign}{int(whole or 0):,}{dot}{fraction}"


def _money_words(text: str, currency: str) -> str:
    """An exact sum in the currency's custom; places that are all zero are left out where people do not write them."""
    amount = _thousands(text)
    bare = amount.removesuffix(".00") if currency in {"TWD", "JPY", "KRW"} else amount
    sign = "−" if bare.startswith("−") else ""
    return f"{sign}{symbol(currency)}{bare.removeprefix('−')}"


def lines(jobs: Iterable[ImportJob]) -> list[Page]:
    """Imports for the list."""
    return [Page(job) for job in jobs]
