"""What the company calls itself, and what it costs to serve a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.models import CompanySetting, User
from regulars.staff.rules import require

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_COST: Final = 10**9
"""Minor units: a cost beyond it is a slip of the hand."""
_UNKNOWN: Final[dict[str, int | None]] = {"per_order": None, "per_contact": None}


@transaction.atomic
def name_company(*, name: str, by: User | None, request: HttpRequest | None = None) -> str:
    """Give the company its name; an empty one goes back to the start-up setting.

    Returns:
        The name set before, to go back to; empty where none was.

    Raises:
        Forbidden: ``by`` may not change settings.
    """
    if by is not None:
        require(by, "settings.manage")
    name = text.clean(name)[:80]
    held = CompanySetting.objects.select_for_update().first()
    before = held.name if held else ""
    if name == before:
        return before
    _set(by, name=name)
    audit.record("staff.company_named", by=by, object_type="company", request=request, name=[before, name])
    return before


@transaction.atomic
def set_costs(
    *, per_order: int | None, per_contact: int | None, by: User | None, request: HttpRequest | None = None
) -> dict[str, int | None]:
    """Say what an order and a contact cost, in minor units of the company's currency; None: not known.

    Analyses take it up with the next refresh.

    Returns:
        What was set before, to go back to: ``per_order``, ``per_contact``.

    Raises:
        Forbidden: ``by`` may not change settings.
        UserError: a cost is below zero or beyond belief.
    """
    if by is not None:
        require(by, "settings.manage")
    if any(cost is not None and not 0 <= cost <= MOST_COST for cost in (per_order, per_contact)):
        raise UserError(_("A cost is not below zero, and ten million at most."))
    held = CompanySetting.objects.select_for_update().first()
    kept = held is not None and held.cost_currency == settings.CURRENCY
    before = {"per_order": held.cost_per_order, "per_contact": held.cost_per_contact} if held and kept else _UNKNOWN
    after = {"per_order": per_order, "per_contact": per_contact}
    if after == before:
        return dict(before)
    currency = settings.CURRENCY if after != _UNKNOWN else ""
    _set(by, cost_per_order=per_order, cost_per_contact=per_contact, cost_currency=currency)
    told: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    audit.record("staff.costs_set", by=by, object_type="company", request=request, currency=settings.CURRENCY, **told)
    return dict(before)


def _set(by: User | None, **facts: str | int | None) -> None:
    """Set some of it; a row that says nothing any more is removed."""
    CompanySetting.objects.update_or_create(pk=1, defaults={**facts, "changed_at": clock.now(), "changed_by": by})
    CompanySetting.objects.filter(name="", cost_per_order=None, cost_per_contact=None).delete()
