"""What every analysis has: a question, why it matters, its formula and source, legal parameters, a result.

This module and the analyses import nothing heavy at their top, so that a screen may ask what an analysis means without
loading its machinery. A new analysis is one file::

    '''Who is about to leave, and why?'''                # the docstring, whose first line is the question
    QUESTION = _("Who is about to leave, and why?")  # once more for the translators
    TITLE, WHY, FORMULA = _("Churn"), _("…."), _("…")   # SOURCE is not translated
    READS, MAKES = ("customer", "lines"), ("churn",)    # tables on the desk
    GIVES = {"churn": ("churn", "reasons")}             # columns of those tables that go onto each customer (``FORECAST``)
    SLICES = ("class", "territory")                     # by which it is told again (``slices.DIMENSIONS``)
    UNSLICED = {"period": "slice.ahead"}                # by which it is not, and why (``slices.SAYS``)
    SAYS = {"churn.warned": _("%(customers)s customers …")}  # every code that its result uses
    RESTS = {"churn.leaves": ("churn", "churn.warned")}  # with models: what rests on each (``trust.Judgement``)

Page, command line, API, timetable and docs/analyses follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol

if TYPE_CHECKING:
    pass

Json = dict[str, Any]
Unit = Literal["count", "number", "money", "share", "days", "on", "month", "name", "word"]
"""What a value is: whole things; a number with one decimal; minor units; a part of one; a length of time in days; a date
and a month (ISO); a name as it stands (of a product, say); a code of ``SAYS``."""
FORECAST: Final[Mapping[str, Unit | Literal["list", "offers"]]] = {
    "alive": "share", "churn": "share", "orders": "number", "orders_low": "number", "orders_high": "number",
    "money": "money", "money_low": "money", "money_high": "money", "again": "offers", "new": "offers", "reasons": "list",
    "converts": "share", "openings": "list",
}  # fmt: skip
"""What may be foretold of a customer: probability of still buying, of leaving; orders and money (profit where costs are
known) of the next 365 days with their interval; what he will buy again and what new (lists of numbers, put into
``{"product": id, "name": …, "share": probability, "reasons": [saying]}``, best first, five at most, by ``offers.spelled``);
why (JSON list of sayings). Of a prospect: probability of a first order within the window, and with what a talk may begin."""


AND: Final = "+"
"""Between codes of a ``word`` that are told one after the other."""
ASIDE: Final = {"aside": True}
"""Metadata of a field of a result that is not stored with it: customers by the thousand, kept beside it (``Selection``)."""
MOST_BEHIND: Final = 10_000
"""Customers named one by one behind one number; the list shows no more."""


def _(text: str) -> str:
    """Marks a text for the translators; it stays English here."""
    return text


@dataclass(frozen=True)
class Saying:
    """A sentence without its language: a code of ``SAYS`` and its figures.

    The end of a figure's name says what it is: ``_days`` a length of time, ``_on`` a date (ISO), ``_month`` the first day of a
    month, ``_share`` a part of one, ``_money`` minor units of ``values["currency"]``, ``_name`` a text, ``_word`` a code of
    ``SAYS``; any other is a number.
    """

    code: str
    values: Json = field(default_factory=dict)

    def as_dict(self) -> Json:
        """As it is stored."""
        return {"code": self.code, "values": self.values}


@dataclass(frozen=True)
class Selection:
    """The customers behind a number, as the list of customers can be asked for them.

    Attributes:
        where: what follows the ``?`` of that list: ``{"stage": "pre_divorce", "sort": "-at_stake"}``.
        ids: the customers themselves, best first, where no condition tells them; stored beside the result under ``key``.
        key: what the stored ids are called within the analysis; needed with ``ids``.
    """

    where: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[int, ...] = ()
    key: str = ""

    def __post_init__(self) -> None:
        if self.ids and not self.key:
            raise ValueError("customers picked one by one need a key under which they are kept")

    def as_dict(self) -> Json:
        """As it is stored: without the ids, which lie beside the result."""
        return {"where": dict(self.where), "key": self.key, "picked": len(self.ids)}


@dataclass(frozen=True)
class Series:
    """One line or row of bars; ``low`` and ``high`` its band; ``behind`` the customers behind each value.

    ``quiet`` draws it as something to compare with: the naive forecast, the line of equality.
    """

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    behind: Sequence[Selection | None] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Chart:
    """What to draw, free of any chart library; names are codes of ``SAYS``. At most five series.

    Attributes:
        kind: ``bars`` side by side, ``stacked`` bars (negative values hang below), ``lines`` (with bands), ``triangle``
            (a row a series, shaded by value), or ``arc`` (the stages).
        x: where the values stand; with unit ``word`` codes of ``SAYS``.
        x_name: what ``x`` is; empty where it goes without saying.
        unit: of the values; money in ``currency``.
        money: True for what is hidden as soon as the model behind it is not trusted.
    """

    kind: Literal["bars", "stacked", "lines", "triangle", "arc"]
    x: Sequence[Any] = ()
    x_unit: Unit = "name"
    x_name: str = ""
    series: Sequence[Series] = ()
    unit: Unit = "count"
    y_name: str = ""
    currency: str = ""
    money: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the evidence; ``name`` is a code of ``SAYS``. Columns of unit ``money`` are hidden when not trusted,
    unless they are ``known`` (counted, not foretold).
    """

    name: str
    unit: Unit
    known: bool = True


@dataclass(frozen=True)
class Evidence:
    """The figures behind the sentence; at most some hundred rows.

    ``behind`` gives the customers of each row (they stand behind its first count), or by name of a column those of each figure.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    behind: Sequence[Selection | Mapping[str, Selection] | None] = ()
    currency: str = ""
    title: str = ""


@dataclass(frozen=True)
class Certainty:
    """How sure the answer is: on how many ``cases`` it rests, and the interval of the figure called ``of`` (a code)."""

    cases: int
    of: str = ""
    unit: Unit = "share"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    currency: str = ""


@dataclass(frozen=True)
class BackTest:
    """How a model that knew only what was known at ``cut_off`` (ISO date) did on what came then.

    Attributes:
        n: customers (or cases) it was tried on.
        bias: Σ foretold / Σ come − 1.
        mae: mean absolute error (the Brier score for probabilities; share of misses for offers), in the model's own unit.
        naive_mae: that of the naive forecast on the same cases.
        auc: probability that of two cases the one that came about was ranked higher.
        slope: of what came on what was foretold; 1 is calibrated.
        lift: how many times more of what came lies in the best tenth than in a tenth drawn at random.
        coverage: share of cases within their interval.
        psi: population stability index of the score against the cut-off before; above 0.25 is drift.
    """

    cut_off: str
    n: int
    mae: float
    naive_mae: float
    bias: float | None = None
    auc: float | None = None
    slope: float | None = None
    lift: float | None = None
    coverage: float | None = None
    psi: float | None = None


@dataclass(frozen=True)
class Trust:
    """The back-tests of one model, the oldest cut-off first; ``trust.judge`` says what follows.

    Attributes:
        model: code of ``SAYS``: its name.
        outcome: code: what it foretells ("orders within 90 days").
        naive: code: what it has to beat ("as many as in the 90 days before").
        error: what ``mae`` is: ``mae``, ``brier`` or ``misses``.
        deciles: (foretold, come, cases) by tenth of the forecast, over all cut-offs.
        nominal: what ``coverage`` should be.
        unit: of forecasts and errors; money in minor units of ``currency``.
        unidentified: code of the sentence that says what cannot be told from these data at all; empty when all can.
    """

    model: str
    outcome: str
    naive: str
    rows: tuple[BackTest, ...] = ()
    error: Literal["mae", "brier", "misses"] = "mae"
    deciles: tuple[tuple[float, float, int], ...] = ()
    nominal: float = 0.8
    unidentified: str = ""
    unit: Unit = "number"
    currency: str = ""


@dataclass(frozen=True)
class Step:
    """What to do, one click away: the button's words (a saying), why, and for whom."""

    saying: Saying
    who: Selection = field(default_factory=Selection)


@dataclass(frozen=True)
class Range:
    """The legal values of a parameter, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Params:
    """Parameters of an analysis; ``ranges`` holds the legal values of each. None is not known.

    Raises:
        ValueError: a value is out of its range.
    """

    ranges: ClassVar[Mapping[str, Range]] = {}

    def __post_init__(self) -> None:
        for one in fields(self):
            legal, value = self.ranges.get(one.name), getattr(self, one.name)
            if legal and value is not None and not legal.low <= value <= legal.high:
                raise ValueError(f"{one.name} must be between {legal.low:g} and {legal.high:g}, not {value:g}")


@dataclass(frozen=True)
class Result:
    """What an analysis found. ``enough`` False: there were too few data, and ``headline`` says what is missing."""

    enough: bool = True

    def headline(self) -> list[Saying]:
        """The finding in one to three sentences."""
        return []

    def charts(self) -> list[Chart]:
        """What to draw, the picture of the answer first."""
        return []

    def evidence(self) -> list[Evidence]:
        """The figures behind the answer."""
        return []

    def certainty(self) -> Certainty | None:
        """How sure the answer is; None where everything is counted and nothing estimated."""
        return None

    def trust(self) -> list[Trust]:
        """The back-tests of the models behind it; none where nothing is foretold."""
        return []

    def next_steps(self) -> list[Step]:
        """What to do about it, one click away."""
        return []

    def selections(self) -> dict[str, tuple[int, ...]]:
        """Customers picked one by one, by key: those of the steps, charts and evidence."""
        charted = [one for chart in self.charts() for series in chart.series for one in series.behind]
        shown = [one for table in self.evidence() for row in table.behind for one in _each(row)]
        every = [step.who for step in self.next_steps()] + [one for one in charted + shown if one]
        return {one.key: one.ids for one in every if one.ids}

    def as_dict(self) -> Json:
        """As it is stored: the fields, with what the methods say."""
        sure = self.certainty()
        return {
            **{one.name: plain(getattr(self, one.name)) for one in fields(self) if not one.metadata.get("aside")},
            "headline": [one.as_dict() for one in self.headline()],
            "charts": [plain(one) for one in self.charts()],
            "evidence": [plain(one) for one in self.evidence()],
            "certainty": asdict(sure) if sure else None,
            "trust": [asdict(one) for one in self.trust()],
            "next_steps": [plain(one) for one in self.next_steps()],
        }


def _each(row: Selection | Mapping[str, Selection] | None) -> list[Selection]:
    """The selections behind a row of the evidence."""
    if isinstance(row, Mapping):
        return list(row.values())
    return [row] if row else []


def plain(value: Any) -> Any:
    """Dataclasses and tuples as they are stored: as JSON has them, selections without their ids."""
    if isinstance(value, Selection | Saying):
        return value.as_dict()
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


class Analysis(Protocol):
    """A module of this package.

    ``make`` computes what is known of each customer on the desk and lays it there as tables, ``measure`` counts over
    everybody's, ``run`` does both. One that makes no tables has ``run`` alone. With ``SLICES``, ``measure(desk)`` (or ``run``)
    is asked again with only some customers or days in the tables that it READS, and need not know it (``slices``); one that
    learns has ``within(desk, whole)`` instead, which tells some customers from the tables it MAKES.
    """

    __name__: str
    __doc__: str
    QUESTION: str
    TITLE: str
    WHY: str
    FORMULA: str
    SOURCE: str
    READS: tuple[str, ...]
    MAKES: tuple[str, ...]
    GIVES: Mapping[str, tuple[str, ...]]
    SLICES: tuple[str, ...]
    SAYS: Mapping[str, str]
    run: Callable[..., Result]
    make: Callable[..., Any]
    measure: Callable[..., Result]


def roughly(value: float) -> int:
    """What is foretold, to three figures: the others would say more than is known."""
    whole = round(value)
    return round(whole, 3 - len(str(abs(whole)))) if abs(whole) >= 1_000 else whole


def rests(analysis: Analysis) -> Mapping[str, tuple[str, ...]]:
    """By model, what rests on it; nothing where an analysis only counts."""
    return getattr(analysis, "RESTS", {})


def unsliced(analysis: Analysis) -> Mapping[str, str]:
    """By dimension, why the analysis is not told by it: a code of ``slices.SAYS``."""
    return getattr(analysis, "UNSLICED", {})


def question(analysis: Analysis) -> str:
    """The question it answers: the first line of its docstring."""
    return analysis.__doc__.strip().splitlines()[0]


def name(analysis: Analysis) -> str:
    """Its name: that of its file."""
    return analysis.__name__.rpartition(".")[2]


SAYS: Final[Mapping[str, str]] = {
    "customers": _("Customers"), "orders": _("Orders"), "revenue": _("Revenue"), "profit": _("Profit"), "share": _("Share"),
    "month": _("Month"), "interval": _("Interval"), "foretold": _("Foretold"), "came": _("Came about"), "naive": _("Naive forecast"), "right": _("If all came as foretold"),
    "product": _("Product"), "group": _("Product group"), "times": _("Times"), "class": _("Class"), "stage": _("Stage"),
}  # fmt: skip
"""Words that several analyses share."""
