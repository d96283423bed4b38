"""The people of a company and of a household; roles."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.customers import actions
from regulars.customers.kin_forms import ColleagueForm, EndForm, HouseholdForm, MoveForm, RoleForm
from regulars.customers.models import Batch, Kind, Party, RoleKind
from regulars.customers.queries.kinship import works_at
from regulars.customers.views.common import Request, acted, ask, party_for, refuse
from regulars.customers.views.relations import number_in
from regulars.kit.errors import UserError


def _company(request: Request, pk: int) -> Party:
    party = party_for(request, pk, "customers.edit")
    if party.kind != Kind.ORGANISATION:
        raise Http404
    return party


def _people(request: Request, company: Party) -> dict[int, Party]:
    """The people of ``company`` whom the user may see, by name."""
    here = works_at(company).values("party")
    found = Party.objects.visible_to(request.user).live().filter(pk__in=here).order_by("fold", "pk")
    return {one.pk: one for one in found}


def _choices(people: dict[int, Party], but: int | None = None) -> list[tuple[str, Any]]:
    return [(str(pk), one.name) for pk, one in people.items() if pk != but]


@require_http_methods(["GET", "POST"])
def add_colleague(request: Request, pk: int) -> HttpResponse:
    """Add somebody known or new to the people of a company."""
    company = _company(request, pk)
    people = _people(request, company)
    initial = {"superior": request.GET.get("superior", "")}
    form = ColleagueForm(request.POST or None, superiors=_choices(people), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                person = _hire(request, company, people, form.cleaned_data, act)
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, company, act, _("%(name)s works here") % {"name": person.name})
    return ask(request, "customers/kinship/colleague.html", {"form": form, "party": company}, refused=bool(form.errors))


def _hire(request: Request, company: Party, people: dict[int, Party], told: dict[str, Any], act: Batch) -> Party:
    if told["other"]:
        person = Party.objects.visible_to(request.user).live().filter(pk=told["other"], kind=Kind.PERSON).first()
        if person is None:
            raise UserError(_("Please choose somebody from the list."))
    else:
        points = [(kind, told[kind]) for kind in ("mobile", "email") if told[kind].strip()]
        person = actions.create_party(
            by=request.user, name=told["q"], role="", contact_points=points, owner=company.owner, team=company.team,
            territory=company.territory, batch_id=act.pk,
        )  # fmt: skip
    since = told["valid_from"]
    common: dict[str, Any] = {"by": request.user, "batch": act}
    actions.add_relation(
        party=person, other=company, kind="employed_by", title=told["title"], valid_from=since, **common
    )
    if superior := people.get(number_in(told["superior"])):
        actions.move_person(person=person, superior=superior, company=company, on=since, **common)
    return person


@require_http_methods(["GET", "POST"])
def move(request: Request, pk: int, person: int) -> HttpResponse:
    """Choose to whom somebody reports; dropping a card on another does the same."""
    company = _company(request, pk)
    people = _people(request, company)
    if person not in people:
        raise Http404
    somebody = people[person]
    line = somebody.relations.filter(kind="reports_to", valid_to=None, other__in=people).first()
    initial = {"superior": str(line.other_id) if line else ""}
    form = MoveForm(
        request.POST if request.method == "POST" else None, superiors=_choices(people, person), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        superior = people.get(number_in(form.cleaned_data["superior"]))
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                actions.move_person(
                    person=somebody, superior=superior, company=company, by=request.user, on=form.cleaned_data["on"], batch=act
                )  # fmt: skip
        except UserError as error:
            refuse(form, error)
        else:
            told = {"name": somebody.name, "superior": superior.name if superior else ""}
            words = _("%(name)s reports to %(superior)s now") if superior else _("%(name)s reports to nobody now")
            return acted(request, company, act, words % told)
    context = {
        "form": form, "party": company, "title": _("To whom does %(name)s report?") % {"name": somebody.name},
        "url": request.path, "verb": _("Save"),
    }  # fmt: skip
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))


@require_http_methods(["GET", "POST"])
def household(request: Request, pk: int) -> HttpResponse:
    """Make a household of this person and another."""
    party = party_for(request, pk, "customers.edit")
    form = HouseholdForm(request.POST or None)
    other = number_in(request.POST.get("other"))
    if request.method == "POST" and form.is_valid():
        found = Party.objects.visible_to(request.user).live().filter(pk=other, kind=Kind.PERSON)
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                house = actions.make_household(
                    members=[party, *found], by=request.user, name=form.cleaned_data["name"], batch=act
                )
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, party, act, _("%(name)s is in the book") % {"name": house.name})
    return ask(request, "customers/kinship/household.html", {"form": form, "party": party}, refused=bool(form.errors))


@require_http_methods(["GET", "POST"])
def add_role(request: Request, pk: int) -> HttpResponse:
    """Say what the party is to us."""
    party = party_for(request, pk, "customers.edit")
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                actions.set_role(
                    party=party, role=told["role"], by=request.user, valid_from=told["valid_from"], batch=act
                )
        except UserError as error:
            refuse(form, error)
        else:
            words = _("%(name)s: %(role)s") % {"name": party.name, "role": RoleKind(told["role"]).label}
            return acted(request, party, act, words)
    context = {"form": form, "party": party, "title": _("What are they to us?"), "url": request.path, "verb": _("Add")}
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))


@require_http_methods(["GET", "POST"])
def end_role(request: Request, pk: int, role: int) -> HttpResponse:
    """End a role on a day, by default today."""
    party = party_for(request, pk, "customers.edit")
    found = party.roles.filter(pk=role, valid_to=None).first()
    if found is None:
        raise Http404
    form = EndForm(request.POST) if request.method == "POST" else EndForm()
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                actions.end_role(role=found, by=request.user, on=form.cleaned_data["on"], batch=act)
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, party, act, _("Role ended; it stays in the history"))
    context = {
        "form": form, "party": party, "title": _("End the role “%(role)s”") % {"role": found.get_role_display()},
        "url": request.path, "verb": _("End it"),
    }  # fmt: skip
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))
