"""What is to be done with a file: what each column means, and the rules. Plain data that fits into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.integrations.imports import mapping
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.kinds import KINDS, Field, Kind, field_labels, kind_called
from regulars.integrations.imports.values import dates
from regulars.kit.errors import UserError

DEFAULT_SOURCE = "import"
OWN_FIELD = "custom."
_ROLES = {"customer", "prospect", "reseller", "vendor", "partner"}


@dataclass(frozen=True, slots=True)
class Options:
    """The rules of one import.

    ``source`` is the name under which this system's numbers are known. ``date_order`` decides where 02/03 could be either;
    ``decimal`` ("point", "comma", "" as found). ``duplicates``: exact duplicate lines are kept or dropped.
    ``fee_codes`` and ``product_codes`` are exceptions to the rule which codes are fees (``engine.fees``), separated by commas.
    ``cancel_prefix`` marks numbers of cancellations. ``role`` is what customers of a customer file are.
    ``snapshot``: the file is the whole list as it is now, whoever is not in it has gone. ``blank``: an empty cell keeps what is
    here, or erases it.
    """

    source: str = DEFAULT_SOURCE
    date_order: str = ""
    decimal: Literal["", "point", "comma"] = ""
    currency: str = ""
    duplicates: Literal["keep", "drop"] = "keep"
    fee_codes: str = ""
    product_codes: str = ""
    cancel_prefix: str = "C"
    role: str = "customer"
    event_kind: str = ""
    channel: str = ""
    snapshot: Literal["", "yes", "no"] = ""
    blank: Literal["keep", "erase"] = "keep"


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind, a target for each column ("" leaves the column out), and the options."""

    kind: str
    targets: tuple[str, ...]
    options: Options = field(default_factory=Options)
    remembered: bool = False
    layout: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from JSON."""
        return cls(
            data["kind"],
            tuple(data["targets"]),
            options_from(data.get("options", {})),
            bool(data.get("remembered")),
            data.get("layout", ""),
        )

    @property
    def declared(self) -> Kind:
        """The kind's declaration, with the company's own fields where columns are mapped to them."""
        kind = KINDS[self.kind]
        own = dict.fromkeys(target for target in self.targets if is_own_field(target))
        return replace(kind, fields=(*kind.fields, *(Field(key, key, "text") for key in own))) if own else kind

    def columns_of(self, key: str) -> list[int]:
        """The places of the columns that mean ``key``."""
        return [place for place, target in enumerate(self.targets) if target == key]


def is_own_field(target: str) -> bool:
    """Whether a column is mapped to a field that the company has defined: ``custom.<key>``."""
    return target.startswith(OWN_FIELD) and len(target) > len(OWN_FIELD)


def options_from(data: Mapping[str, Any]) -> Options:
    """Options from JSON or from NAME=VALUE words.

    Raises:
        UserError: a name or a value is unknown, with those there are.
    """
    known = {one.name for one in fields(Options)}
    if unknown := set(data) - known:
        raise UserError(
            _("There is no option “%(name)s”; there are: %(names)s.")
            % {"name": ", ".join(sorted(unknown)), "names": ", ".join(sorted(known))}
        )
    told: dict[str, Any] = {name: str(value).strip() for name, value in data.items()}
    options = replace(Options(), **told)
    _one_of("date_order", options.date_order, {"", *dates.ORDERS})
    _one_of("decimal", options.decimal, {"", "point", "comma"})
    _one_of("duplicates", options.duplicates, {"keep", "drop"})
    _one_of("role", options.role, _ROLES)
    _one_of("snapshot", options.snapshot, {"", "yes", "no"})
    _one_of("blank", options.blank, {"keep", "erase"})
    currency = options.currency.upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise UserError(_("“%(value)s” is not a currency code such as TWD or EUR.") % {"value": options.currency})
    return replace(options, currency=currency, source=(options.source or DEFAULT_SOURCE)[:60])


def _one_of(name: str, value: str, allowed: set[str]) -> None:
    if value not in allowed:
        values = {"name": name, "value": value, "allowed": ", ".join(sorted(allowed - {""}))}
        raise UserError(_("%(name)s cannot be “%(value)s”; it is one of: %(allowed)s.") % values)


def guessed(look: Look, *, kind: str = "", options: Options | None = None) -> Plan:
    """The plan a file suggests.

    Raises:
        UserError: ``kind`` is unknown.
    """
    if kind:
        kind_called(kind)
    found = mapping.guess(look, kind=kind)
    told = options or options_from(found.options)
    return Plan(found.kind, found.targets, told, layout=found.layout)


def with_mapping(plan: Plan, look: Look, wanted: Mapping[str, str]) -> Plan:
    """The plan with some fields put on named columns; an empty column name takes the field off.

    Args:
        wanted: field → column name, as on the command line; the other way round is understood too.

    Raises:
        UserError: there is no such field or column.
    """
    targets, names = list(plan.targets), {name.casefold(): place for place, name in enumerate(look.names)}
    for left, right in wanted.items():
        key, column = (left, right) if plan.declared.field(left) or is_own_field(left) else (right, left)
        if plan.declared.field(key) is None and key and not is_own_field(key):
            known = ", ".join(one.key for one in plan.declared.fields)
            raise UserError(_("There is no field “%(key)s”; there are: %(known)s.") % {"key": left, "known": known})
        place = names.get(column.casefold())
        if place is None and column:
            raise UserError(
                _("There is no column “%(column)s”; there are: %(known)s.")
                % {"column": column, "known": ", ".join(look.names)}
            )
        one = plan.declared.field(key)
        if one is not None and not one.many:
            targets = ["" if target == key else target for target in targets]
        if place is not None:
            targets[place] = key
    return replace(plan, targets=tuple(targets))


def check(plan: Plan, look: Look) -> None:
    """Make sure that the plan can be carried out.

    Raises:
        UserError: a needed field has no column, a field has two, or nobody has said how to read its dates.
    """
    if len(plan.targets) != len(look.columns):
        raise UserError(_("The mapping does not fit the file: it has %(n)s columns.") % {"n": len(look.columns)})
    lacking = mapping.missing(plan.declared, plan.targets)
    if len(lacking) > len(plan.declared.needs) // 2 and not any(plan.targets):
        raise UserError(_("No column of this file could be recognised. Is it a table of orders, customers or events?"))
    if lacking:
        values = {
            "fields": "; ".join(field_labels(plan.declared, group) for group in lacking),
            "kind": str(plan.declared.label),
        }
        raise UserError(_("For “%(kind)s” a column is missing that says: %(fields)s.") % values)
    for one in plan.declared.fields:
        if not one.many and len(plan.columns_of(one.key)) > 1:
            raise UserError(_("Two columns are mapped to “%(field)s”; please choose one.") % {"field": str(one.label)})
    if question := ambiguous_dates(plan, look):
        raise UserError(
            _(
                "In the column “%(column)s” a date such as “%(value)s” may be day/month or month/day. Please say which (date_order=dmy or date_order=mdy); it will be remembered."
            )
            % question
        )


def ambiguous_dates(plan: Plan, look: Look) -> dict[str, str] | None:
    """The first mapped column whose dates could be read in two ways, with an example; None when all is clear."""
    if plan.options.date_order:
        return None
    for column, target in zip(look.columns, plan.targets, strict=True):
        one = plan.declared.field(target)
        if one is not None and one.type in {"moment", "day", "birthday"} and column.date_order == dates.AMBIGUOUS:
            return {"column": column.name, "value": column.examples[0] if column.examples else ""}
    return None


def currency_of(plan: Plan, look: Look) -> str:
    """The currency of the file: as said, as written in a currency column or beside the amounts, else the company's."""
    if plan.options.currency:
        return plan.options.currency
    for place in plan.columns_of("currency"):
        for example in look.columns[place].examples:
            if len(example) == 3 and example.isascii() and example.isalpha():
                return example.upper()
    signs = {"£": "GBP", "€": "EUR", "R$": "BRL", "NT$": "TWD", "US$": "USD", "HK$": "HKD", "₩": "KRW"}
    money = [
        place
        for place, target in enumerate(plan.targets)
        if (one := plan.declared.field(target)) and one.type == "money"
    ]
    for place in money:
        for sign, code in signs.items():
            if any(sign in example for example in look.columns[place].examples):
                return code
    return str(settings.CURRENCY)
