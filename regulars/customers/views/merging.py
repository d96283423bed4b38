"""Records that are one customer: side by side, merged, taken apart again; and the hint while typing a new one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.customers import actions, evidence
from regulars.customers.models import DuplicatePair, Merge, Party
from regulars.customers.queries.duplicates import likely_duplicates
from regulars.customers.queries.merging import MOST_TOGETHER, compare, parting_of, suggested_winner
from regulars.customers.queries.pairs import pair_between, pair_for
from regulars.customers.queries.search import find_parties
from regulars.customers.rules import may_merge
from regulars.customers.views.common import Request, changed, party_for
from regulars.kit.errors import Forbidden, UserError
from regulars.staff.rules import require
from regulars.web import undo
from regulars.web.toasts import toast

CANDIDATES = 8
LONGEST_NUMBER = 19


@require_GET
def duplicate(request: Request, pk: int) -> HttpResponse:
    """One pair side by side, with its evidence."""
    require(request.user, "customers.merge")
    pair = _pair(request, pk)
    return _side_by_side(request, [pair.left_id, pair.right_id], pair)


@require_http_methods(["GET", "POST"])
def merge(request: Request) -> HttpResponse:
    """Several records side by side, field by field; posting makes them one."""
    require(request.user, "customers.merge")
    told = request.POST if request.method == "POST" else request.GET
    ids = _ids(told.get("ids", ""))
    if request.method == "GET":
        return _side_by_side(request, ids, pair_between(*ids) if len(ids) == 2 else None)
    parties = _parties(request, ids)
    winner = next((one for one in parties if str(one.pk) == told.get("winner")), None)
    if winner is None:
        raise Http404
    _may(request, parties)
    choices = {key.removeprefix("f."): _chosen(told[key]) for key in told if key.startswith("f.")}
    try:
        batch = actions.merge_many(
            winner=winner, losers=[one for one in parties if one is not winner], by=request.user, choices=choices
        )
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(f"{reverse('customers:merge')}?{urlencode({'ids': told.get('ids', '')})}")
    toast(request, _merged_words(winner, len(parties)), undo=undo.offer("customers.merge", batch=batch.pk))
    return redirect(reverse("web:list-duplicates") if told.get("back") == "duplicates" else winner.get_absolute_url())


def _merged_words(winner: Party, count: int) -> str:
    if count > 2:
        return _("%(n)s records are one now: %(name)s") % {"n": count, "name": winner.name}
    return _("Two records are one now: %(name)s") % {"name": winner.name}


def _side_by_side(request: Request, ids: list[int], pair: DuplicatePair | None) -> HttpResponse:
    parties = _parties(request, ids)
    if len(parties) < 2:
        raise Http404
    chosen = request.GET.get("winner", "")
    winner = next((one for one in parties if str(one.pk) == chosen), None) or suggested_winner(parties)
    told = compare(parties, winner)
    turned = pair is not None and pair.left_id != told.parties[0].pk
    context = {
        "told": told,
        "ids": ",".join(str(one) for one in ids),
        "pair": pair,
        "lines": evidence.lines_of(pair.evidence, turned=turned) if pair else [],
        "may_merge": may_merge(request.user, parties),
        "back": "duplicates"
        if request.path.startswith("/duplicates/") or request.GET.get("back") == "duplicates"
        else "",
        "kinds_differ": len({one.kind for one in parties}) > 1,
    }
    part = request.headers.get("HX-Target") == "merge-form"
    return render(request, "customers/merging/form.html" if part else "customers/merging/page.html", context)


def _ids(told: str) -> list[int]:
    ids = [int(one) for one in told.split(",") if one.isascii() and one.isdigit() and len(one) < LONGEST_NUMBER]
    return list(dict.fromkeys(ids))[:MOST_TOGETHER]


def _chosen(told: str) -> int | str:
    return int(told) if told.isascii() and told.isdigit() else told


def _parties(request: Request, ids: Iterable[int]) -> list[Party]:
    """The live records among ``ids`` that whoever asks may see; 404 where one is missing."""
    wanted = list(ids)
    seen = Party.objects.visible_to(request.user).live().filter(pk__in=wanted, summary__isnull=False)
    found = {one.pk: one for one in seen.select_related("summary", "owner", "team", "territory")}
    if len(found) != len(set(wanted)):
        raise Http404
    return [found[pk] for pk in wanted]


def _may(request: Request, parties: Iterable[Party]) -> None:
    if not may_merge(request.user, parties):
        raise Forbidden(_("You may only merge customers whom you look after yourself."))


def _pair(request: Request, pk: int) -> DuplicatePair:
    try:
        return pair_for(request.user, pk)
    except DuplicatePair.DoesNotExist as error:
        raise Http404 from error


@require_POST
def merge_pair(request: Request, pk: int) -> HttpResponse:
    """Merge one pair of the inbox by the usual choices."""
    require(request.user, "customers.merge")
    pair = _pair(request, pk)
    _may(request, [pair.left, pair.right])
    winner = suggested_winner([pair.left, pair.right])
    loser = pair.right if winner is pair.left else pair.left
    try:
        made = actions.merge_parties(winner=winner, loser=loser, by=request.user, evidence=pair.evidence)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return HttpResponse(status=204)
    toast(request, _merged_words(winner, 2), undo=undo.offer("customers.merge", batch=made.batch_id))
    return _decided()


@require_POST
def keep_apart(request: Request, pk: int) -> HttpResponse:
    """Say that a pair is two customers."""
    require(request.user, "customers.merge")
    pair = _pair(request, pk)
    _may(request, [pair.left, pair.right])
    actions.keep_apart(pair=pair, by=request.user)
    words = _("%(one)s and %(other)s are different; nobody will be asked again")
    toast(request, words % {"one": pair.left.name, "other": pair.right.name}, undo=undo.offer("customers.apart", pairs=[pair.pk]))  # fmt: skip
    answer = _decided()
    if request.POST.get("from") == "page":
        answer.headers["HX-Redirect"] = reverse("web:list-duplicates")
    return answer


def _decided() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer.headers["HX-Trigger"] = json.dumps({"pair-decided": True})
    return answer


@require_GET
def merge_with(request: Request, pk: int) -> HttpResponse:
    """Choose a second record for this one."""
    party = party_for(request, pk, "customers.merge")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    seen = Party.objects.visible_to(request.user).live().filter(kind=party.kind).exclude(pk=party.pk)
    found = find_parties(seen, typed).select_related("summary").order_by("fold", "pk")[:CANDIDATES] if typed else []
    part = request.headers.get("HX-Target") == "merge-candidates"
    template = "customers/merging/candidates.html" if part else "customers/merging/with.html"
    return render(request, template, {"party": party, "found": found, "typed": typed})


@require_http_methods(["GET", "POST"])
def unmerge(request: Request, pk: int, merge: int) -> HttpResponse:
    """Take two records apart again: first what that means, then it is done."""
    party = party_for(request, pk, "customers.merge")
    seen = Party.objects.visible_to(request.user)
    rows = Merge.objects.standing().select_related("winner", "loser").filter(winner__in=seen, loser__in=seen)
    found = rows.filter(pk=merge).first()
    if found is None or party.pk not in {found.winner_id, found.winner.merged_into_id}:
        raise Http404
    _may(request, [found.winner, found.loser])
    if request.method == "POST":
        try:
            actions.unmerge(merge=found, by=request.user, different=bool(request.POST.get("different")))
        except UserError as error:
            toast(request, str(error), tone="wrong")
        else:
            toast(request, _("%(name)s is a record of its own again") % {"name": found.loser.name})
        return changed(party)
    return render(request, "customers/merging/unmerge.html", {"party": party, "told": parting_of(found)})


@require_GET
def likely(request: HttpRequest) -> HttpResponse:
    """Whom somebody who is typing a new customer may be about to make a second time."""
    require(request.user, "customers.edit")
    draft = {
        key: str(value).replace("\x00", "")[:254] for key, value in request.GET.dict().items() if str(value).strip()
    }
    found = likely_duplicates(request.user, draft) if draft.keys() - {"kind"} else []
    shown = [(one, [evidence.field_label(name) for name in one.agrees]) for one in found]
    return render(request, "customers/merging/likely.html", {"found": shown})
