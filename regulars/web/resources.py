"""One declaration per entity; list, filters, sorting, saved views, export, editing, slide-over and palette follow.

A context writes, in its own ``resources.py`` (found by itself, see ``web.apps``)::

    from regulars.web.resources import Column, Edit, Filter, Resource, register

    register(Resource(
        key="customers", label=_("Customers"), icon="people", path="customers/", rule="customers.view",
        queryset=lambda user: Party.objects.visible_to(user).select_related("summary"),
        columns=(
            Column("name", _("Name"), sort="name", phone="primary", edit=Edit(apply=rename)),
            Column("stage", _("Stage"), "summary.stage", kind="stage", sort="summary__stage", phone="secondary"),
            Column("revenue", _("Revenue"), "summary.revenue", kind="money", sort="summary__revenue", total=True),
        ),
        filters=(Filter("stage", _("Stage"), "multi", field="summary__stage", choices=stage_choices),),
        search=lambda queryset, text: queryset.matching(text),
        default_sort="-revenue", chord="g c",
    ))

The list is then at ``/customers/`` (``resource.url()``), each row's slide-over at ``/customers/?open=7``, the file at
``/customers/export/?format=csv``. Nothing here touches the database before a request does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from regulars.web.access import User

Text = str | Promise
RESERVED = frozenset({"q", "sort", "cols", "open", "view", "after", "format", "part", "filter"})
Rows = QuerySet[Any]

ColumnKind = Literal[
    "text", "number", "percent", "money", "date", "datetime", "ago", "badge", "link", "stage", "value_class", "person", "flag"
]  # fmt: skip
FilterKind = Literal["choice", "multi", "range", "money_range", "date_range", "month", "flag", "text", "person"]
EditKind = Literal["text", "number", "money", "date", "choice", "flag"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter or a field may take."""

    value: str
    label: Text
    group: Text = ""


def each_of(values: Iterable[Any]) -> Callable[[User], list[Choice]]:
    """What a filter of a column of fixed values offers: each of them (of ``TextChoices``, or some of one), for everybody."""
    return lambda _user: [Choice(one.value, one.label) for one in values]


@dataclass(frozen=True, slots=True)
class Badge:
    """What a column of kind ``badge`` returns: a word with a tone (``neutral | accent | good | warn | stake``)."""

    label: Text
    tone: Literal["neutral", "accent", "good", "warn", "stake"] = "neutral"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a column of kind ``link`` returns."""

    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Edit:
    """How one cell is changed in place.

    ``apply(user=, obj=, value=)`` is the action; ``value`` is parsed by ``kind`` (str, Decimal, minor units, date, bool,
    or the chosen ``Choice.value``; None when emptied). It runs in a transaction with the row locked, after the value on
    screen has been compared with the value in the database; ``UserError`` becomes the sentence beside the cell; a ``BulkResult``
    that it returns is said in a toast, with its undo.
    """

    apply: Callable[..., object]
    kind: EditKind = "text"
    choices: Callable[[User], Sequence[Choice]] | None = None
    raw: Callable[[Any], object] | None = None
    rule: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``value`` is an attribute path (``"summary.revenue"``) or a function of the row.

    What ``value`` must return, by kind: ``text`` str · ``number`` int, float, Decimal · ``percent`` a share 0–1 ·
    ``money`` minor units · ``date`` date · ``datetime``, ``ago`` aware datetime · ``badge`` Badge · ``link`` Link ·
    ``stage``, ``value_class`` its key · ``person`` anything whose ``str`` is a name · ``flag`` bool. None shows a dash.

    ``sort`` is the ORM path that orders the column (None: not sortable); ``total`` sums that same path at the foot.
    ``currency`` is an attribute path of the row (empty: the company's currency). ``hint`` explains the word on hover.
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    kind: ColumnKind = "text"
    sort: str | None = None
    default: bool = True
    total: bool = False
    edit: Edit | None = None
    currency: str = ""
    width: Literal["s", "m", "l", "xl", ""] = ""
    phone: Literal["primary", "secondary", "amount", ""] = ""
    hint: Text = ""
    export: bool = True

    @property
    def numeric(self) -> bool:
        """True when the column is right-aligned in tabular figures."""
        return self.kind in {"number", "percent", "money"}

    def of(self, row: Any) -> Any:
        """The value of this column for ``row``; None where a link of the path is missing."""
        if callable(self.value):
            return self.value(row)
        return follow(row, self.value or self.key)


def follow(row: Any, path: str) -> Any:
    """Follow an attribute path with dots, calling what is a method; None where something on the way is missing."""
    for name in path.split("."):
        row = getattr(row, name, None)
        if callable(row):
            row = row()
        if row is None:
            return None
    return row


@dataclass(frozen=True, slots=True)
class Range:
    """What filters of kind ``range``, ``money_range`` and ``date_range`` hand to ``apply``; both ends included."""

    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One narrowing of the list; ``field`` is enough where the value is compared as it stands, ``apply`` does the rest.

    ``apply(queryset, value)`` gets, by kind: ``choice``, ``text``, ``person`` str · ``multi`` list of str · ``range``,
    ``money_range`` (minor units), ``date_range`` Range · ``month`` the first day · ``flag`` bool. ``words`` says a value of
    kind ``text`` to a reader, where it is not itself readable. ``rule``: whom it is offered to, and heeded of.
    """

    key: str
    label: Text
    kind: FilterKind = "choice"
    field: str = ""
    choices: Callable[[User], Sequence[Choice]] | None = None
    apply: Callable[[Rows, Any], Rows] | None = None
    hint: Text = ""
    quick: bool = False
    words: Callable[[str], str] | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk action did: the sentence for the toast and, where it can be taken back, ``undo.offer(...)``.

    With ``url`` nothing is done yet: the page there asks what is to be done with the rows.
    """

    message: Text
    undo: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done to the selected rows: ``apply(user, queryset, data)``; ``form`` (a Django form class) asks first."""

    key: str
    label: Text
    apply: Callable[[User, Rows, Mapping[str, Any]], BulkResult]
    rule: str = ""
    icon: str = ""
    form: Callable[..., Any] | None = None
    chord: str = ""
    at_stake: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """What the slide-over shows: a template that extends nothing, with its context."""

    template: str
    context: Mapping[str, Any]
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """A view every user finds there from the start; ``query`` is what follows the ``?``.

    ``list`` is the key of another list, to which the tab leads instead.
    """

    key: str
    label: Text
    query: str = ""
    list: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """A page that makes something of a narrowed list; it is given the query of the list. For those who hold ``rule``."""

    label: Text
    url: Callable[[], str]
    icon: str = "arrow-right"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """How an empty list teaches: one sentence, one picture (an icon's name), one button for those who hold ``rule``.

    Whoever does not hold it reads ``otherwise`` instead, where that is given.
    """

    sentence: Text
    button: Text = ""
    url: str | Callable[[], str] = ""
    icon: str = ""
    rule: str = ""
    otherwise: Text = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """An entity as the screens see it. ``queryset(user)`` must already obey who may see what.

    ``extend`` gives the columns and filters that the company has defined for itself, read anew by each ``get``.
    """

    key: str
    label: Text
    queryset: Callable[[User], Rows]
    columns: tuple[Column, ...]
    path: str = ""
    icon: str = "list"
    rule: str = ""
    filters: tuple[Filter, ...] = ()
    default_sort: str = ""
    search: Callable[[Rows, str], Rows] | None = None
    full_url: Callable[[Any], str] | None = None
    panel: Callable[[HttpRequest, Any], Panel] | None = None
    bulk_actions: tuple[BulkAction, ...] = ()
    presets: tuple[Preset, ...] = ()
    onward: tuple[Onward, ...] = ()
    export_rule: str = ""
    chord: str = ""
    create_url: Callable[[], str] | None = None
    create_label: Text = ""
    create_rule: str = ""
    empty: Empty | None = None
    one: Text = ""
    many: Text = ""
    order: int = 0
    in_palette: bool = True
    page_size: int = 60
    waiting: Callable[[User], int] | None = None
    extend: Callable[[], tuple[tuple[Column, ...], tuple[Filter, ...]]] | None = None
    by_key: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.key in self.by_key:
                raise ValueError(f"resource {self.key!r} has two columns called {column.key!r}")
            self.by_key[column.key] = column
        if taken := RESERVED & {one.key for one in self.filters}:
            raise ValueError(f"resource {self.key!r} has filters called like words of the list itself: {sorted(taken)}")
        if self.default_sort and self.default_sort.lstrip("-") not in self.by_key:
            raise ValueError(f"resource {self.key!r} sorts by a column it does not have: {self.default_sort!r}")

    def url(self, **params: object) -> str:
        """The address of the list, narrowed: ``resource.url(stage="divorce", sort="-revenue")``."""
        address = reverse(f"web:list-{self.key}")
        return f"{address}?{urlencode(params)}" if params else address

    def filter(self, key: str) -> Filter | None:
        """The filter called ``key``."""
        return next((one for one in self.filters if one.key == key), None)

    def bulk_action(self, key: str) -> BulkAction | None:
        """The bulk action called ``key``."""
        return next((one for one in self.bulk_actions if one.key == key), None)


_registered: dict[str, Resource] = {}


def search_in(*columns: str) -> Callable[[Rows, str], Rows]:
    """A search for rows that have what was typed in any of these columns, in capitals or not."""

    def search(rows: Rows, typed: str) -> Rows:
        found = Q()
        for column in columns:
            found |= Q(**{f"{column}__icontains": typed})
        return rows.filter(found)

    return search


def register(resource: Resource) -> Resource:
    """Make a resource known; its key must be new."""
    if resource.key in _registered:
        raise ValueError(f"resource {resource.key!r} is registered twice")
    _registered[resource.key] = resource
    return resource


def offer(key: str, action: BulkAction) -> None:
    """Let a room above add something to do with a selection; what is at stake stays last."""
    resource = _registered[key]
    actions = sorted((*resource.bulk_actions, action), key=lambda one: one.at_stake)
    _registered[key] = replace(resource, bulk_actions=tuple(actions))


def lead_on(key: str, onward: Onward) -> None:
    """Let a room above make something of what a list is narrowed to."""
    resource = _registered[key]
    _registered[key] = replace(resource, onward=(*resource.onward, onward))


def enrich(
    key: str,
    *,
    columns: tuple[Column, ...] = (),
    filters: tuple[Filter, ...] = (),
    rows: Callable[[Rows], Rows] | None = None,
) -> None:
    """Let a room above add columns and filters to a list; ``rows`` adds to its queryset what they need to be read at once."""
    resource = _registered[key]
    inner = resource.queryset
    _registered[key] = replace(
        resource,
        columns=(*resource.columns, *columns),
        filters=(*resource.filters, *filters),
        queryset=inner if rows is None else lambda user: rows(inner(user)),
    )


def unregister(key: str) -> None:
    """Forget a resource (tests)."""
    _registered.pop(key, None)


def get(key: str) -> Resource:
    """The resource called ``key`` with what the company added to it; KeyError when there is none."""
    resource = _registered[key]
    if resource.extend is None:
        return resource
    columns, filters = resource.extend()
    if not columns and not filters:
        return resource
    return replace(resource, columns=(*resource.columns, *columns), filters=(*resource.filters, *filters))


def all() -> Iterable[Resource]:  # noqa: A001 -- read as resources.all()
    """Every resource, in the order of the rail."""
    return sorted(_registered.values(), key=lambda resource: (resource.order, resource.key))


def model_of(resource: Resource, user: User) -> type[Model]:
    """The model behind a resource."""
    return resource.queryset(user).model
