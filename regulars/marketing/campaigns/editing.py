"""A campaign in the form: what was typed, what was meant by it, and the audience it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.customers.models import Party
from regulars.kit.errors import UserError
from regulars.kit.money import to_minor
from regulars.marketing.call_lists.models import Script
from regulars.marketing.campaigns import audience, plan
from regulars.marketing.campaigns.forecast import Question
from regulars.marketing.campaigns.models import By, Campaign
from regulars.marketing.campaigns.plan import KEYS, Cost, Plan, Said
from regulars.marketing.content.models import Content
from regulars.marketing.fulfilment.models import Item
from regulars.marketing.segments import queries as segments
from regulars.web import format as show
from regulars.web import resources, selection
from regulars.web.listing import filtering, state
from regulars.web.resources import Rows

if TYPE_CHECKING:
    from regulars.staff.models import User

_NAMES: Final = (
    "name", "goal", "measure", "by", "segment", "list", "control", "unit", "offer_en", "offer_zh", "offer_url", "offer_code", "offer_cost",
    "contact_cost", "budget", "starts_at", "not_after", "days", *(f"{by}-{key}" for by in By.values for key in KEYS),
)  # fmt: skip
_MOMENT: Final = "%Y-%m-%dT%H:%M"
_LISTED: Final = "list"
"""What the choice of the segment says where the audience is a list."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds, as typed; ``costs`` are names, planned and actual amounts."""

    typed: dict[str, str] = field(default_factory=dict)
    costs: tuple[tuple[str, str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")

    @property
    def is_listed(self) -> bool:
        """Whether the audience is a list taken as it is."""
        return self["segment"] == _LISTED


def blank(query: QueryDict, user: User) -> Draft:
    """A form with what is usual, for a segment or for the list whose query is given."""
    usual = {"measure": "revenue", "by": By.EMAIL.value, "control": "10", "unit": "party", "days": "28"}
    number = query.get("for", "")
    if number and segments.segments_for(user).filter(pk=_number(number)).exists():
        return Draft({**usual, "segment": number})
    narrowed = query.copy()
    narrowed.pop("for", None)
    if "rows" in narrowed or state.read(resources.get("customers"), narrowed, user).narrowings or narrowed.get("q"):
        return Draft({**usual, "segment": _LISTED, "list": narrowed.urlencode()})
    return Draft(usual)


def of_campaign(campaign: Campaign) -> Draft:
    """A campaign in the form again."""
    typed = {
        "name": campaign.name, "goal": campaign.goal, "measure": campaign.measure, "by": campaign.by, "unit": campaign.unit,
        "segment": _LISTED if campaign.segment_id is None else str(campaign.segment_id), "control": f"{campaign.control_share / 100:g}",
        "offer_en": campaign.offer_en, "offer_zh": campaign.offer_zh, "offer_url": campaign.offer_url, "offer_code": campaign.offer_code,
        "offer_cost": _shown(campaign.offer_cost), "contact_cost": _shown(campaign.contact_cost), "budget": _shown(campaign.budget),
        "starts_at": _moment_shown(campaign.starts_at), "not_after": _moment_shown(campaign.not_after), "days": str(campaign.days),
    }  # fmt: skip
    for one in campaign.variants.select_related("content", "script", "item"):
        if one.said is not None:
            typed[f"{campaign.by}-{one.key}"] = str(one.said.pk)
    return Draft(typed, costs_of(campaign))


def costs_of(campaign: Campaign) -> tuple[tuple[str, str, str], ...]:
    """The further costs of a campaign, as typed."""
    rows = campaign.costs.order_by("pk")
    return tuple((one.name, _shown(one.planned), "" if one.actual is None else _shown(one.actual)) for one in rows)


def read(form: QueryDict) -> Draft:
    """What was typed."""
    typed = {name: form.get(name, "").replace("\x00", "").strip()[:4_000] for name in _NAMES}
    return Draft(typed, read_costs(form))


def read_costs(form: QueryDict) -> tuple[tuple[str, str, str], ...]:
    """The lines of further costs, empty ones left out."""
    names, planned = form.getlist("cost-name"), form.getlist("cost-planned")
    actual = form.getlist("cost-actual") or [""] * len(names)
    lines = [tuple(part.strip()[:120] for part in line) for line in zip(names, planned, actual, strict=False)]
    return tuple((name, before, after) for name, before, after in lines if name or before or after)


def plan_of(draft: Draft, user: User) -> Plan:
    """What was meant.

    Raises:
        UserError: something typed cannot be understood, or the segment or the words are not there.
    """
    segment = None
    if not draft.is_listed:
        segment = segments.segments_for(user).filter(pk=_number(draft["segment"])).first()
        if segment is None:
            raise UserError(_("Please choose whom the campaign is for."))
    return Plan(
        name=draft["name"], goal=draft["goal"], measure=draft["measure"], by=draft["by"], segment=segment, said=_said(draft),
        control_share=_share(draft["control"]), unit=draft["unit"] or "party", offer_en=draft["offer_en"], offer_zh=draft["offer_zh"],
        offer_url=draft["offer_url"], offer_code=draft["offer_code"], offer_cost=_money(draft["offer_cost"]),
        contact_cost=_money(draft["contact_cost"]), budget=_money(draft["budget"]), costs=costs(draft.costs),
        starts_at=_moment(draft["starts_at"]), not_after=_moment(draft["not_after"]), days=_number(draft["days"]),
    )  # fmt: skip


def costs(lines: Sequence[tuple[str, str, str]]) -> tuple[Cost, ...]:
    """Further costs as they were meant.

    Raises:
        UserError: an amount is none.
    """
    return tuple(Cost(name, _money(before), _money(after) if after else None) for name, before, after in lines)


def _said(draft: Draft) -> tuple[Said, ...]:
    kind: Any = {By.EMAIL.value: Content, By.CALL.value: Script, By.LETTER.value: Item}.get(draft["by"])
    numbers = [_number(draft[f"{draft['by']}-{key}"]) for key in KEYS]
    if kind is None:
        return ()
    found = kind.objects.filter(removed_at=None).in_bulk([one for one in numbers if one])
    return tuple(found[one] for one in numbers if one in found)


def question_of(draft: Draft) -> Question:
    """What is asked of the record while somebody types; what cannot be understood yet counts as nothing."""
    told = draft.typed
    said = _said(draft)

    def money(name: str) -> int:
        amount: int = _or(lambda: _money(told.get(name, "")), 0)
        return amount

    return Question(
        by=draft["by"] if draft["by"] in By.values else By.EMAIL, purpose=plan.purpose(said), measure=draft["measure"] or "revenue",
        control_share=min(max(_or(lambda: _share(draft["control"]), plan.LEAST_CONTROL), plan.LEAST_CONTROL), plan.MOST_CONTROL),
        days=min(max(_number(draft["days"]), 1), plan.MOST_DAYS), not_after=_or(lambda: _moment(draft["not_after"]), None),
        contact_cost=money("contact_cost"), offer_cost=money("offer_cost"), budget=money("budget"),
        further_cost=_or(lambda: sum(one.planned for one in costs(draft.costs)), 0),
    )  # fmt: skip


def _or(get: Any, otherwise: Any) -> Any:
    try:
        return get()
    except UserError:
        return otherwise


def customers_of(draft: Draft, user: User, campaign: Campaign | None = None) -> QuerySet[Party] | None:
    """The audience as it would be now; None while nobody is chosen."""
    if not draft.is_listed:
        segment = segments.segments_for(user).filter(pk=_number(draft["segment"])).first()
        return None if segment is None else audience.of_segment(segment, user)
    if campaign is not None and campaign.segment_id is None:
        return audience.of(campaign)
    return Party.objects.live().filter(pk__in=listed(draft, user).order_by().values("pk"))


def listed(draft: Draft, user: User) -> Rows:
    """The customers of the list that the form was opened from, of those whom ``user`` sees."""
    query = QueryDict(draft["list"])
    narrowed = state.read(resources.get("customers"), query, user)
    if "rows" in query:
        return narrowed.resource.queryset(user).filter(pk__in=selection.unpacked(query["rows"]))
    return narrowed.narrowed(user)


def list_words(draft: Draft, user: User) -> str:
    """How that list was narrowed, for people."""
    return _narrowed_words(draft, user, typed=True)


def words_to_keep(draft: Draft, user: User) -> str:
    """The same without what was typed: that may be the name of a person, whom erasure would not find among words of a search."""
    return _narrowed_words(draft, user, typed=False)


def _narrowed_words(draft: Draft, user: User, *, typed: bool) -> str:
    query = QueryDict(draft["list"])
    if "rows" in query:
        return _("Customers chosen by hand")
    narrowed = state.read(resources.get("customers"), query, user)
    told = [
        pgettext("narrowing", "%(field)s: %(value)s")
        % {"field": one.filter.label, "value": filtering.words(one.filter, one.value, one.raw, user)}
        if typed or one.filter.kind != "text"
        else str(one.filter.label)
        for one in narrowed.narrowings
    ]
    if narrowed.text:
        told.append(pgettext("narrowing", "Search: %(words)s") % {"words": narrowed.text} if typed else _("A search"))
    return " · ".join(told)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _decimal(typed: str) -> Decimal:
    try:
        value = Decimal(typed.replace(",", "").replace("%", "") or "0")
    except InvalidOperation as error:
        raise UserError(_("“%(typed)s” is not a number.") % {"typed": typed}) from error
    if not value.is_finite() or abs(value) > 10**13:
        raise UserError(_("“%(typed)s” is not a number.") % {"typed": typed})
    return value


def _money(typed: str) -> int:
    return to_minor(_decimal(typed), settings.CURRENCY)


def _share(typed: str) -> int:
    return int((_decimal(typed) * 100).to_integral_value())


def _moment(typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        return timezone.make_aware(datetime.strptime(typed[:16], _MOMENT))  # noqa: DTZ007 -- typed in the company's zone
    except ValueError as error:
        raise UserError(_("“%(typed)s” is not a date and time.") % {"typed": typed}) from error


def _moment_shown(at: datetime | None) -> str:
    return timezone.localtime(at).strftime(_MOMENT) if at else ""


def _shown(amount: int) -> str:
    return show.plain_money(amount).removesuffix(".00") if amount else ""
