"""What to do with one click: keep the customers behind a step as a list, or put them on Today."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers.actions.task_batches import add_tasks
from regulars.customers.models import Batch, Party
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.reporting.filters import picked_ids
from regulars.reporting.insight.page import InsightPage
from regulars.web import actions as web
from regulars.web import resources
from regulars.web.listing import state
from regulars.web.models import SavedView

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_ON_TODAY: Final = 50
"""Nobody does more in a day; the rest stays in the list."""
_WORKDAY_ENDS: Final = time(18)


def save_list(page: InsightPage, number: int, *, by: User) -> SavedView:
    """Keep the customers behind a step as a saved view of their list.

    Raises:
        UserError: there is a view of that name already.
    """
    step = page.steps[number]
    name = step.label[:80]
    try:
        with transaction.atomic():
            return web.save_view(resource="customers", name=name, query=step.url.partition("?")[2], shared=False, by=by)
    except IntegrityError as error:
        raise UserError(_("You already have a view called “%(name)s”.") % {"name": name}) from error


def put_on_today(page: InsightPage, number: int, *, by: User) -> tuple[Batch, int]:
    """A task due today for each of the first customers behind a step whom ``by`` sees; the batch and how many there are.

    Raises:
        UserError: nobody is behind it.
    """
    step = page.steps[number]
    parties = _first(QueryDict(step.url.partition("?")[2]), by)
    if not parties:
        raise UserError(_("Nobody is in this list any more."))
    due = timezone.make_aware(datetime.combine(timezone.localtime(clock.now()).date(), _WORKDAY_ENDS))
    return add_tasks(parties=parties, title=step.label, by=by, due_at=due), len(parties)


def _first(query: QueryDict, user: User) -> list[Party]:
    """The first customers of a list whom ``user`` sees: as an analysis named them, else as the list sorts them."""
    told = state.read(resources.get("customers"), query, user)
    rows = told.narrowed(user).select_related(None).prefetch_related(None).only("pk", "owner_id")
    if "picked" in query:
        place = {pk: at for at, pk in enumerate(picked_ids(str(query["picked"])))}
        return sorted(rows, key=lambda party: place[party.pk])[:MOST_ON_TODAY]
    order = told.order()
    return list(rows.order_by(f"{'-' if order.descending else ''}{order.path}", "pk")[:MOST_ON_TODAY])
