"""Saving, sharing, pinning, renaming and deleting views of a list."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.web import actions, resources
from regulars.web.access import can
from regulars.web.listing import state
from regulars.web.models import SavedView
from regulars.web.toasts import toast
from regulars.web.views.common import resource_for


def _go(url: str) -> HttpResponse:
    answer = HttpResponse(status=204)
    answer.headers["HX-Redirect"] = url
    return answer


@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the state told by the URL under the posted ``name``."""
    resource = resource_for(request, key)
    told = state.read(resource, request.GET, request.user)
    name = " ".join(request.POST.get("name", "").split())[:80]
    if not name:
        return _refuse(request, _("Give the view a name."))
    try:
        with transaction.atomic():
            view = actions.save_view(
                resource=resource.key, name=name, query=told.saved_query(),
                shared="shared" in request.POST and can(request.user, "views.share"), by=request.user,
            )  # fmt: skip
    except IntegrityError:
        return _refuse(request, _("You already have a view called “%(name)s”.") % {"name": name})
    toast(request, _("View “%(name)s” saved") % {"name": name})
    return _go(view_url(view))


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    toast(request, sentence, tone="wrong")
    return HttpResponse(status=204)


def view_url(view: SavedView) -> str:
    """The address of a saved view."""
    return f"{resources.get(view.resource).url()}?view={view.pk}&{view.query}"


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own view: ``do`` is ``update`` (with ``query``), ``pin``, ``share`` or ``delete``."""
    view = get_object_or_404(SavedView.objects.filter(owner_id=request.user.pk), pk=pk)
    match request.POST.get("do"):
        case "update":
            view = actions.update_view(
                view=view, query=request.POST.get("query", "").lstrip("?")[:4_000], by=request.user
            )
        case "pin":
            view = actions.pin_view(view=view, pinned=not view.pinned, by=request.user)
        case "share":
            view = actions.share_view(view=view, shared=not view.shared, by=request.user)
        case "delete":
            token = actions.delete_view(view=view, by=request.user)
            toast(request, _("View “%(name)s” deleted") % {"name": view.name}, undo=token)
            return _go(resources.get(view.resource).url())
        case _:
            return HttpResponse(status=400)
    return _go(view_url(view))
