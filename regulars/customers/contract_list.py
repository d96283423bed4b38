"""The list of contracts: what was agreed, over all customers one may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.customers import actions, choices
from regulars.customers.agreement_forms import EndContractForm, NoticeForm
from regulars.customers.filters import customer_filter
from regulars.customers.models import Batch, Contract, ContractKind
from regulars.customers.page.agreements import Tone, contract_panel, today
from regulars.customers.queries.lapses import contracts_asking
from regulars.customers.queries.seen import of_live, of_seen
from regulars.customers.queries.terms import standing
from regulars.kit import text
from regulars.web import undo
from regulars.web.access import User
from regulars.web.resources import (
    Badge,
    BulkAction,
    BulkResult,
    Choice,
    Column,
    Edit,
    EditKind,
    Empty,
    Filter,
    Link,
    Panel,
    Preset,
    Resource,
    Rows,
    each_of,
    register,
)  # fmt: skip

STANDING: Mapping[str, tuple[Any, Tone]] = {
    "valid": (pgettext_lazy("contract", "valid"), "good"),
    "not_yet": (pgettext_lazy("contract", "not yet"), "neutral"),
    "expired": (pgettext_lazy("contract", "expired"), "warn"),
}
_DAYS = (7, 30, 60, 90, 180)


def of_visible(rows: Rows, user: User) -> Rows:
    """Those rows that hang on a live customer whom ``user`` sees."""
    return of_seen(of_live(rows), user)


def contracts_of(user: User) -> Rows:
    """The contracts of the customers whom ``user`` sees."""
    return of_visible(Contract.objects.all(), user).select_related("party__owner", "asset")


def find(*fields: str) -> Callable[[Rows, str], Rows]:
    """A search over names of the thing and of its customer, every word somewhere."""

    def narrow(rows: Rows, typed: str) -> Rows:
        for word in text.fold(typed).split()[:6]:
            wanted = Q(party__fold__contains=word)
            for field in fields:
                wanted |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(wanted)
        return rows

    return narrow


def by_standing(rows: Rows, wanted: str) -> Rows:
    """Valid, not yet, or expired today."""
    day = today()
    over = Q(ended_on__lte=day) | Q(ended_on=None, renews=False, ends_on__lt=day)
    match wanted:
        case "not_yet":
            return rows.filter(starts_on__gt=day)
        case "expired":
            return rows.filter(over, starts_on__lte=day)
        case _:
            return rows.filter(starts_on__lte=day).exclude(pk__in=Contract.objects.filter(over).values("pk"))


def ends_within(rows: Rows, days: str) -> Rows:
    """Runs and ends within so many days, and does not renew by itself."""
    if not days.isdigit():
        return rows
    day = today()
    return rows.filter(ended_on=None, renews=False, ends_on__gte=day, ends_on__lte=day + timedelta(days=int(days)))


def asking(rows: Rows, wanted: bool) -> Rows:
    """Whose end asks to be seen to, as on Today."""
    found = contracts_asking(today()).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def day_choices(user: User) -> Sequence[Choice]:
    """Within how many days something ends."""
    return [Choice(str(n), ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in _DAYS]


def _standings(user: User) -> Sequence[Choice]:
    return [Choice(key, label) for key, (label, _tone) in STANDING.items()]


def _standing(contract: Any) -> Badge:
    label, tone = STANDING[standing(contract, today())]
    return Badge(label, tone)


def undone_by(act: Batch) -> str:
    """The token that takes an act back."""
    return undo.offer("customers.act", batch=act.pk)


def _edit(field: str, kind: EditKind = "text", *, offered: Any = None, required: bool = False) -> Edit:
    def apply(*, user: User, obj: Contract, value: Any) -> BulkResult:
        act = actions.new_act(by=user)
        kept = ("" if value is None else value) if kind in {"text", "choice"} else value
        changed = actions.change_contract(contract=obj, changes={field: kept}, by=user, batch=act)
        obj.refresh_from_db()
        return BulkResult(gettext("Changed: %(what)s") % {"what": changed.title}, undone_by(act))

    return Edit(
        apply, kind, choices=offered, raw=lambda one: getattr(one, field), rule="customers.edit", required=required
    )


def _each(do: Callable[[Contract, User, Mapping[str, Any], Batch], object], title: Any) -> Any:
    def apply(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
        with transaction.atomic():
            act, found = actions.new_act(by=user, title=str(title)), list(rows)
            for one in found:
                do(one, user, data, act)
        n = len(found)
        message = ngettext("%(n)s contract: %(what)s", "%(n)s contracts: %(what)s", n) % {"n": n, "what": title}
        return BulkResult(message, undone_by(act))

    return apply


def _renew(one: Contract, user: User, data: Mapping[str, Any], act: Batch) -> None:
    actions.renew_contract(contract=one, by=user, batch=act)


def _end(one: Contract, user: User, data: Mapping[str, Any], act: Batch) -> None:
    actions.end_contract(contract=one, by=user, on=data.get("on"), reason=data.get("reason", ""), batch=act)


def _remind(one: Contract, user: User, data: Mapping[str, Any], act: Batch) -> None:
    actions.change_contract(contract=one, changes={"notice_days": data["notice_days"]}, by=user, batch=act)


def _seen_to(one: Contract, user: User, data: Mapping[str, Any], act: Batch) -> None:
    actions.see_to_end(thing=one, by=user, batch=act)


def _panel(request: HttpRequest, contract: Contract) -> Panel:
    told = contract_panel(contract, request.user)
    return Panel("customers/agreements/contract.html", told, title=contract.title)


CONTRACTS = register(
    Resource(
        key="contracts",
        label=_("Contracts"),
        one=pgettext_lazy("count", "contract"),
        many=pgettext_lazy("count", "contracts"),
        icon="file",
        path="contracts/",
        rule="customers.view",
        order=24,
        chord="g k",
        queryset=contracts_of,
        columns=(
            Column("title", _("Title"), "title", sort="title", phone="primary", width="l", edit=_edit("title", required=True)),
            Column("customer", _("Customer"), lambda one: Link(one.party.name, one.party.get_absolute_url()), "link", sort="party__fold", width="l", phone="secondary"),
            Column("kind", _("Kind"), lambda one: one.get_kind_display(), sort="kind", edit=_edit("kind", "choice", offered=each_of(ContractKind), required=True)),
            Column("standing", _("Standing"), _standing, "badge"),
            Column("ends", _("Until"), "ends_on", "date", sort="ends_on", edit=_edit("ends_on", "date")),
            Column("amount", _("Amount"), "amount", "money", sort="amount", total=True, currency="currency", phone="amount", hint=_("For the whole term")),
            Column("visits", _("Visits"), "visits_included", "number", sort="visits_included", hint=_("Visits included in the term")),
            Column("hours", _("Answer, hours"), "response_hours", "number", sort="response_hours", hint=_("Answer within so many hours")),
            Column("asset", _("Asset"), "asset.name", width="l"),
            Column("owner", _("Owner"), "party.owner", "person", sort="party__owner__name"),
            Column("number", _("Number"), "number", sort="number", edit=_edit("number")),
            Column("starts", _("From"), "starts_on", "date", sort="starts_on", default=False),
            Column("notice", _("Remind, days"), "notice_days", "number", sort="notice_days", default=False, edit=_edit("notice_days", "number", required=True)),
            Column("renews", _("Renews by itself"), "renews", "flag", sort="renews", default=False, edit=_edit("renews", "flag")),
            Column("covers", _("Covers"), "coverage", default=False, width="l", edit=_edit("coverage")),
            Column("ended", _("Ended"), "ended_on", "date", sort="ended_on", default=False),
            Column("why", _("Why it ended"), "ended_reason", default=False),
            Column("seen_to", _("End seen to"), "seen_to_on", "date", sort="seen_to_on", default=False),
        ),
        filters=(
            Filter("standing", _("Standing"), "choice", apply=by_standing, choices=_standings),
            Filter("within", _("Ends within"), "choice", apply=ends_within, choices=day_choices),
            Filter("asking", _("To be seen to"), "flag", apply=asking, quick=True),
            Filter("kind", _("Kind"), "multi", field="kind", choices=each_of(ContractKind)),
            Filter("owner", _("Owner"), "person", field="party__owner", choices=choices.people),
            Filter("ends", _("Until"), "date_range", field="ends_on"),
            Filter("amount", _("Amount"), "money_range", field="amount"),
            customer_filter(),
        ),
        default_sort="-ends",
        search=find("title", "number"),
        panel=_panel,
        full_url=lambda one: one.party.get_absolute_url(),
        bulk_actions=(
            BulkAction("renew", _("Renew"), _each(_renew, _("renewed")), rule="customers.edit", icon="refresh"),
            BulkAction("notice", _("Remind"), _each(_remind, _("reminder set")), rule="customers.edit", icon="bell", form=NoticeForm),
            BulkAction("seen_to", _("Seen to"), _each(_seen_to, _("seen to")), rule="customers.log", icon="check"),
            BulkAction("end", _("End early"), _each(_end, _("ended")), rule="customers.edit", icon="close", form=EndContractForm, at_stake=True),
        ),
        export_rule="customers.export",
        presets=(
            Preset("soon", _("Ends within 30 days"), "within=30&sort=ends"),
            Preset("valid", _("Valid"), "standing=valid"),
            Preset("expired", _("Expired"), "standing=expired"),
            Preset("mine", _("Mine"), "owner=me"),
        ),
        empty=Empty(_("Nothing is agreed yet. Add a contract on a customer's page, and its end is remembered here."), icon="file"),
    )
)  # fmt: skip
