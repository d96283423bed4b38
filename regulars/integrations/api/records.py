"""Finding the record that an address names, for whoever asks; what they may not see is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.http import Http404

from regulars.customers.models import Party, Task
from regulars.customers.queries.profile import visible_party
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest
    from regulars.staff.models import User


def party_for(request: ApiRequest, pk: int, *, trashed: bool = False) -> Party:
    """The customer ``pk``.

    Raises:
        Http404: there is none that the user may see, or it is in the trash and that was not expected.
    """
    return party_of(request.user, pk, trashed=trashed)


def party_of(user: User, pk: int, *, trashed: bool = False) -> Party:
    """As ``party_for``."""
    try:
        party = visible_party(user, pk)
    except Party.DoesNotExist as error:
        raise Http404 from error
    if party.trashed_at is not None and not trashed:
        raise Http404
    return party


def task_for(request: ApiRequest, pk: int) -> Task:
    """The task ``pk`` of a customer whom the user sees.

    Raises:
        Http404: there is none.
    """
    rows = of_seen(of_live(Task.objects.filter(pk=pk)), request.user)
    task = rows.select_related("party", "assignee").first()
    if task is None:
        raise Http404
    return task


def one_of(rows: QuerySet[Any], pk: int | None) -> Any:
    """The row ``pk`` of ``rows``.

    Raises:
        Http404: there is none.
    """
    found: Model | None = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise Http404
    return found


def referred(rows: QuerySet[Any], pk: int | None, name: str) -> Any:
    """The row that a value of the body names; None for None.

    Raises:
        UserError: there is none.
    """
    if pk is None:
        return None
    found = rows.filter(pk=pk).first()
    if found is None:
        raise UserError(f"{name}: {pk}?")
    return found
