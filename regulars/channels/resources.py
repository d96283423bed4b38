"""What channels add to the shell: the composer, undoing what was logged, the outbox."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.channels import actions, commands  # noqa: F401 -- the palette's commands and the composer register themselves
from regulars.channels.outbox import resources as outbox  # noqa: F401 -- the list of messages registers itself
from regulars.customers.models import Event, Party, Snooze, Task
from regulars.kit.errors import UserError
from regulars.web import assets, undo
from regulars.web.access import User

assets.register(style="channels/composer.css", script="channels/composer.js")


@undo.handles("channels.logged")
def _take_back(user: User, data: dict[str, Any]) -> str:
    event = Event.objects.filter(pk=data.get("event", 0)).first()
    task = Task.objects.filter(pk=data.get("task", 0)).first()
    snooze = Snooze.objects.filter(pk=data.get("snooze", 0)).first()
    if not (event or task or snooze):
        raise UserError(_("This can no longer be undone here."))
    of = event.customer_id if event else task.party_id if task else snooze.party_id if snooze else 0
    if not Party.objects.visible_to(user).filter(pk=of or 0).exists():
        raise UserError(_("This can no longer be undone here."))
    actions.take_back(by=user, event=event, task=task, snooze=snooze)
    return _("Undone: it is off the timeline")
