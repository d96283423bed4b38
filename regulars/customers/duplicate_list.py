"""The inbox of possible duplicates: a list like any other, with the evidence in its slide-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.customers import actions, choices, evidence, panels, tasks
from regulars.customers.models import Batch, BatchKind, DuplicatePair, Party
from regulars.customers.queries.merging import MOST_TOGETHER, merges_into, suggested_winner
from regulars.customers.queries.pairs import open_pairs, waiting
from regulars.customers.rules import may_merge
from regulars.kit import text
from regulars.kit.errors import Forbidden, UserError
from regulars.web import keys, undo
from regulars.web.access import User, can
from regulars.web.resources import (
    BulkAction,
    BulkResult,
    Choice,
    Column,
    Empty,
    Filter,
    Panel,
    Preset,
    Resource,
    Rows,
    register,
)  # fmt: skip

AT_ONCE = 40
"""So many pairs are merged while somebody waits; more are left to the worker."""


def _pairs(user: User) -> Rows:
    """The open pairs of customers whom ``user`` sees."""
    return open_pairs(user).select_related("left__summary", "right__summary", "left__owner", "right__owner")


def _find(rows: Rows, typed: str) -> Rows:
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(Q(left__fold__contains=word) | Q(right__fold__contains=word))
    return rows


def _of_kind(rows: Rows, chosen: list[str]) -> Rows:
    return rows.filter(left__kind__in=chosen)


def _of_owner(rows: Rows, value: str) -> Rows:
    if value == "none":
        return rows.filter(left__owner=None, right__owner=None)
    return rows.filter(Q(left__owner=value) | Q(right__owner=value)) if value.isdigit() else rows.none()


_FLOORS = {"99": 0.99, "95": 0.95, "80": 0.8, "50": 0.5}


def _floors(user: User) -> list[Choice]:
    return [Choice(key, _("%(n)s%% and more") % {"n": key}) for key in _FLOORS]


def _at_least(rows: Rows, value: str) -> Rows:
    return rows.filter(probability__gte=_FLOORS[value]) if value in _FLOORS else rows


def evidence_panel(request: HttpRequest, pair: DuplicatePair) -> Panel:
    """The evidence of one pair, the two beside each other, and what can be done."""
    context = {
        "pair": pair,
        "lines": evidence.lines_of(pair.evidence),
        "keep": suggested_winner([pair.left, pair.right]),
        "may_merge": may_merge(request.user, [pair.left, pair.right]),
    }
    return Panel("customers/duplicates/panel.html", context, title=f"{pair.left.name} · {pair.right.name}")


class SureForm(forms.Form):
    """Asks nothing more: the count above it and the button are the question."""


def _merge(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    allowed = [pair.pk for pair in rows if may_merge(user, [pair.left, pair.right])]
    if not allowed:
        raise UserError(gettext("These customers are not yours to merge."))
    batch = Batch.objects.create(kind=BatchKind.MERGE, made_by=user, title=gettext("Possible duplicates"))
    token = undo.offer("customers.merge", batch=batch.pk)
    if len(allowed) > AT_ONCE:
        tasks.merge_pairs.enqueue(batch.pk, allowed, user.pk)
        message = gettext("%(n)s pairs are being merged; the list grows shorter as it goes on")
        return BulkResult(message % {"n": len(allowed)}, token)
    merged = actions.merge_pairs(pair_ids=allowed, by=user, batch=batch)
    return BulkResult(ngettext("%(n)s pair merged", "%(n)s pairs merged", merged) % {"n": merged}, token)


def ask_to_merge(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    """From the list of customers: put the selected side by side."""
    found = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_TOGETHER + 1])
    if not 2 <= len(found) <= MOST_TOGETHER:
        raise UserError(gettext("Please select two to %(n)s customers to merge.") % {"n": MOST_TOGETHER})
    ids = ",".join(str(pk) for pk in found)
    return BulkResult("", url=f"{reverse('customers:merge')}?ids={ids}")


MERGE = BulkAction("merge", _("Merge"), ask_to_merge, rule="customers.merge", icon="merge")


def _different(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = [pair for pair in rows if may_merge(user, [pair.left, pair.right])]
    if not found:
        raise UserError(gettext("These customers are not yours to merge."))
    for pair in found:
        actions.keep_apart(pair=pair, by=user)
    message = ngettext("%(n)s pair is different; nobody will be asked again", "%(n)s pairs are different; nobody will be asked again", len(found))  # fmt: skip
    return BulkResult(
        message % {"n": len(found)}, undo.offer("customers.apart", pairs=[pair.pk for pair in found][:500])
    )


@undo.handles("customers.merge")
def _undo_merge(user: User, data: dict[str, Any]) -> str:
    batch = Batch.objects.get(pk=data["batch"], kind=BatchKind.MERGE)
    if batch.made_by_id != user.pk and not can(user, "customers.merge_any"):
        raise Forbidden(gettext("Only whoever did this can undo it here."))
    count = actions.unmerge_batch(batch=batch, by=user)
    return ngettext("Undone: the two are apart again", "Undone: %(n)s merges are taken apart again", count) % {
        "n": count
    }


@undo.handles("customers.apart")
def _ask_again(user: User, data: dict[str, Any]) -> str:
    for pair in DuplicatePair.objects.filter(pk__in=data["pairs"], decided_by=user):
        actions.ask_again(pair=pair, by=user)
    return gettext("Undone: the question is open again")


DUPLICATES = register(
    Resource(
        key="duplicates",
        label=_("Possible duplicates"),
        one=pgettext_lazy("count", "pair"),
        many=pgettext_lazy("count", "pairs"),
        icon="merge",
        path="duplicates/",
        rule="customers.merge",
        order=22,
        chord="g d",
        queryset=_pairs,
        waiting=waiting,
        columns=(
            Column("left", _("Customer"), "left.name", sort="left__fold", phone="primary", width="l"),
            Column("right", pgettext_lazy("pair", "and"), "right.name", sort="right__fold", phone="secondary", width="l"),
            Column("probability", pgettext_lazy("pair", "The same"), "probability", "percent", sort="probability", phone="amount", hint=_("How probable it is that the two are one customer")),
            Column("why", _("Why"), lambda pair: evidence.why(pair.evidence), width="xl"),
            Column("kind", _("Kind"), lambda pair: pair.left.get_kind_display(), sort="left__kind"),
            Column("owner", _("Owner"), lambda pair: pair.left.owner or pair.right.owner, "person", sort="left__owner__name"),
            Column("orders", _("Orders"), lambda pair: pair.left.summary.orders + pair.right.summary.orders, "number", hint=_("Of both together")),
            Column("bits", _("Weight"), "weight", "number", sort="weight", default=False, hint=_("The evidence in bits: each doubles the odds")),
            Column("found", pgettext_lazy("pair", "Found"), "found_at", "ago", sort="found_at", default=False),
        ),
        filters=(
            Filter("probability", pgettext_lazy("pair", "The same"), "choice", apply=_at_least, choices=_floors),
            Filter("kind", _("Kind"), "multi", apply=_of_kind, choices=choices.kinds),
            Filter("owner", _("Owner"), "person", apply=_of_owner, choices=choices.people),
        ),
        default_sort="-probability",
        search=_find,
        in_palette=False,
        full_url=lambda pair: reverse("customers:duplicate", args=[pair.pk]),
        panel=evidence_panel,
        bulk_actions=(
            BulkAction("merge", _("Merge"), _merge, rule="customers.merge", icon="merge", form=SureForm),
            BulkAction("different", pgettext_lazy("pair", "Different"), _different, rule="customers.merge", icon="close"),
        ),
        presets=(
            Preset("certain", _("Almost certain"), "probability=99"),
            Preset("likely", _("Likely"), "probability=80"),
            Preset("mine", _("Mine"), "owner=me"),
        ),
        empty=Empty(_("Nobody is in the book twice, as far as anybody can tell. New pairs are looked for every night."), icon="merge"),
    )
)  # fmt: skip

IN_DUPLICATES = _("Possible duplicates")
keys.register(
    keys.Shortcut("m", _("Merge the pair"), "pair.merge", IN_DUPLICATES),
    keys.Shortcut("d", _("They are different"), "pair.different", IN_DUPLICATES),
)


def _side(party: Party, user: User) -> Mapping[str, Any] | None:
    """On the customer page: what it was merged from."""
    merges = merges_into(party)
    return {"party": party, "merges": merges, "may_merge": may_merge(user, [party])} if merges else None


panels.register(panels.PagePanel("merging", _("Merged from"), "customers/merging/side.html", _side, order=70))
panels.register_object("party", lambda pk: reverse("customers:customer", args=[pk]))
