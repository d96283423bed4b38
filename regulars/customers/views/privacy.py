"""Personal data of one person (told, handed out, erased), and the rules of retention."""

from __future__ import annotations

import io
import zipfile

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.customers import actions, choices
from regulars.customers.models import Erasure, RetentionRule
from regulars.customers.permission import actions as permission
from regulars.customers.permission.queries import suppressions_of
from regulars.customers.privacy.keeping import label_of
from regulars.customers.privacy_forms import AllowForm, EraseForm, RuleForm
from regulars.customers.queries.privacy import PersonalData, personal_data
from regulars.customers.queries.retention import affected
from regulars.customers.timeline import channel_label
from regulars.customers.views.common import Request, party_for
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.confirm import recently_confirmed
from regulars.staff.rules import can, require
from regulars.web import toasts

TELL, ERASE, RULES = "customers.personal_data", "customers.erase", "privacy.rules"


@never_cache
@require_GET
def person(request: Request, pk: int) -> HttpResponse:
    """What is held about one person, what they said about consent and how we know, and the ways to hand out and erase."""
    return _show_person(request, pk, EraseForm())


def _show_person(request: Request, pk: int, form: EraseForm, status: int = 200) -> HttpResponse:
    party = party_for(request, pk, trashed=True)
    may_tell = can(request.user, TELL)
    context = {
        "party": party, "form": form, "may_tell": may_tell, "may_erase": can(request.user, ERASE) and party.kind == "person",
        "sections": [(one.label, len(one.rows)) for one in personal_data(party).sections] if may_tell else [],
        "consents": [
            (channel_label(one.channel), choices.purpose_name(one.purpose), one)
            for one in party.consents.select_related("recorded_by").order_by("-given_at", "-pk")
        ],
        "suppressions": [(channel_label(one.channel), one) for one in suppressions_of(party)], "may_lift": can(request.user, RULES),
        "erasure": Erasure.objects.filter(party=party).select_related("made_by").first(),
    }  # fmt: skip
    return render(request, "customers/privacy/person.html", context, status=status)


@never_cache
@require_POST
@recently_confirmed
def tell(request: Request, pk: int) -> HttpResponseBase:
    """Hand out all that is held: one file for people in each language, one for machines."""
    party = party_for(request, pk, TELL, trashed=True)
    told = personal_data(party)
    audit.record(
        "customers.personal_data_told", by=request.user, object_type="party", object_id=party.pk, request=request,
        rows=sum(len(one.rows) for one in told.sections),
    )  # fmt: skip
    answer = HttpResponse(_packed(told), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="personal-data-{party.pk}.zip"'
    return answer


def _packed(told: PersonalData) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("personal-data.json", told.as_json())
        for language, name in (("en", "personal-data.html"), ("zh-hant", "personal-data.zh-Hant.html")):
            with translation.override(language):
                pack.writestr(name, render_to_string("customers/privacy/told.html", {"told": told}))
    return file.getvalue()


@require_POST
@recently_confirmed
def erase(request: Request, pk: int) -> HttpResponseBase:
    """Erase the person whose name was typed."""
    party = party_for(request, pk, ERASE, trashed=True)
    form = EraseForm(request.POST)
    if not form.is_valid() or form.cleaned_data["name"].strip() != party.name:
        form.add_error("name", _("This is not the name of the record."))
        return _show_person(request, pk, form, status=422)
    actions.erase_person(party=party, by=request.user, reason=form.cleaned_data["reason"], request=request)
    toasts.toast(request, _("The person is erased. What was bought and when stays, without a name."))
    return redirect(party)


@require_POST
@recently_confirmed
def lift(request: Request, pk: int, suppression: int) -> HttpResponseBase:
    """Let messages go to an address of theirs again."""
    party = party_for(request, pk, RULES, trashed=True)
    held = next((one for one in suppressions_of(party) if one.pk == suppression), None)
    if held is None:
        raise Http404
    permission.lift(suppression=held, by=request.user, request=request)
    toasts.toast(request, _("Messages may go to the address again, where consent allows them."))
    return redirect("customers:person", party.pk)


@never_cache
@require_GET
def rules(request: Request) -> HttpResponse:
    """What is kept how long, and how many would be touched now; whoever was erased; addresses to be allowed again."""
    return _show_rules(request, RuleForm())


def _show_rules(request: Request, form: RuleForm, status: int = 200) -> HttpResponse:
    require(request.user, RULES)
    held = [(rule, label_of(rule), affected(rule)[:10_001].count()) for rule in RetentionRule.objects.order_by("pk")]
    context = {
        "rules": held, "form": form, "allow": AllowForm(), "erasures": Erasure.objects.select_related("made_by").order_by("-pk")[:20],
        "erased": Erasure.objects.count(),
    }  # fmt: skip
    return render(request, "customers/privacy/rules.html", context, status=status)


@require_POST
@recently_confirmed
def add_rule(request: Request) -> HttpResponseBase:
    """Make a rule; it is off until somebody switches it on."""
    require(request.user, RULES)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _show_rules(request, form, status=422)
    try:
        actions.set_rule(by=request.user, request=request, **form.cleaned_data)
    except UserError as error:
        form.add_error("stages", str(error))
        return _show_rules(request, form, status=422)
    toasts.toast(request, _("The rule is there, switched off. Look at how many it would touch, then switch it on."))
    return redirect("customers:privacy")


@require_POST
@recently_confirmed
def change_rule(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Switch a rule on or off, or forget it."""
    require(request.user, RULES)
    rule = get_object_or_404(RetentionRule, pk=pk)
    match verb:
        case "on" | "off":
            actions.switch_rule(rule=rule, active=verb == "on", by=request.user, request=request)
            said = _("Switched on: carried out from tonight.") if verb == "on" else _("Switched off")
        case "drop":
            actions.drop_rule(rule=rule, by=request.user, request=request)
            said = _("The rule is gone.")
        case _:
            raise UserError(_("There is no such act."))
    toasts.toast(request, said)
    return redirect("customers:privacy")


@require_http_methods(["POST"])
@recently_confirmed
def allow(request: Request) -> HttpResponseBase:
    """An erased person consented anew: take their address again."""
    require(request.user, ERASE)
    form = AllowForm(request.POST)
    lifted = form.is_valid() and actions.allow_again(**form.cleaned_data, by=request.user, request=request)
    if lifted:
        toasts.toast(request, _("The address may be taken again."))
    else:
        toasts.toast(request, _("This address is not on the list of erased ones."), tone="wrong")
    return redirect("customers:privacy")
