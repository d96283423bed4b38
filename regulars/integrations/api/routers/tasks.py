"""Tasks: what was promised and planned; and Today, what needs somebody now."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.customers import actions
from regulars.customers.actions.tasks import assign_task
from regulars.customers.queries import today
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import party_for, referred, task_for
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.customers import AssignIn, MoveIn, OutcomeIn, TaskIn, TaskOut, TodayOut
from regulars.staff.models import User

router = Router()
WRITE = needs("tasks:write", "customers.log")


@router.post("/customers/{id}/tasks", response={201: TaskOut}, **WRITE)
def add_task(request: ApiRequest, id: Pk, given: TaskIn) -> Any:  # noqa: A002 -- the name in the address
    """Plan something; it falls to ``assignee``, else to whoever asks."""
    assignee = referred(User.objects.filter(is_active=True), given.assignee, "assignee")
    made = actions.add_task(
        party=party_for(request, id), title=given.title, kind=given.kind, due_at=given.due_at, assignee=assignee,
        by=request.user,
    )  # fmt: skip
    return Status(201, present.task(made))


@router.post("/tasks/{id}/done", response=TaskOut, **WRITE)
def finish_task(request: ApiRequest, id: Pk, given: OutcomeIn) -> Any:  # noqa: A002
    """It is done; done twice is done once."""
    return present.task(actions.complete_task(task=task_for(request, id), by=request.user, outcome=given.outcome))


@router.post("/tasks/{id}/reopen", response=TaskOut, **WRITE)
def reopen_task(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """It was not done after all."""
    return present.task(actions.reopen_task(task=task_for(request, id), by=request.user))


@router.post("/tasks/{id}/move", response=TaskOut, **WRITE)
def move_task(request: ApiRequest, id: Pk, given: MoveIn) -> Any:  # noqa: A002
    """Give it another time, or none."""
    return present.task(actions.move_task(task=task_for(request, id), due_at=given.due_at, by=request.user))


@router.post("/tasks/{id}/assign", response=TaskOut, **WRITE)
def hand_over_task(request: ApiRequest, id: Pk, given: AssignIn) -> Any:  # noqa: A002
    """Hand it over to somebody."""
    assignee = referred(User.objects.filter(is_active=True), given.assignee, "assignee")
    return present.task(assign_task(task=task_for(request, id), assignee=assignee, by=request.user))


@router.get("/today", response=TodayOut, **needs("customers:read", "today.view"))
def read_today(
    request: ApiRequest,
    scope: Query[Literal["", "mine", "team", "all"]] = "",
    after: Annotated[str, Query(..., max_length=60)] = "",
) -> Any:
    """Who needs somebody now, by money at stake; and what is due today."""
    chosen = scope or today.usual_scope(request.user)
    if chosen not in today.scopes_of(request.user):
        raise Problem(403, _("Your role does not allow this."))
    place = today.read_after(after) if after else None
    if after and (place is None or not abs(place.stake) < 2**63 or not 0 <= place.pk < 2**63):
        detail = _("Take “after” from the “next” of a page of the same list and order.")
        raise Problem(422, detail, flaws=[Flaw("#query/after", detail)])
    if chosen == today.TEAM and not request.user.team_id:
        raise Problem(403, _("Your role does not allow this."))
    found, more = today.page_of_needs(request.user, chosen, place)
    needing = [{"id": one.pk, "name": one.name, "figures": present.figures(one.summary)} for one in found]
    link = f"{request.path}?scope={chosen}&after={more}" if more else None
    due = [] if after else [present.task(one) for one in today.due_tasks(request.user, chosen)]
    return {"scope": chosen, "customers": needing, "tasks": due, "next": link}
