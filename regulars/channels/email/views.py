"""The page of mailboxes, and letting a mail through."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.channels.email import actions, queries
from regulars.channels.email.keeping import ACT
from regulars.channels.email.models import Mailbox, MailKind
from regulars.customers.models import RetentionRule
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import User
from regulars.staff.rules import can, require
from regulars.web.toasts import toast


def _state(box: Mailbox) -> tuple[str, str]:
    """How a mailbox stands: the tone of its badge and the word."""
    if box.error:
        return "stake", _("Cannot be read")
    if box.seen_at is None:
        return "neutral", _("Never connected")
    held = box.held_until is not None and box.held_until > clock.now()
    return ("good", _("Connected")) if held else ("warn", _("Nobody is reading"))


@never_cache
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    """Where mail comes from, whether it does, when the last came, and what became of it."""
    require(request.user, "settings.manage")
    list_url = reverse("web:list-mails")
    counts = queries.counts()
    context: dict[str, Any] = {
        "boxes": [(box, *_state(box)) for box in queries.mailboxes()],
        "is_set": bool(settings.IMAP_URLS or settings.LMTP_LISTEN),
        "kinds": [(kind.label, counts[kind], f"{list_url}?kind={kind.value}") for kind in MailKind],
        "rule": RetentionRule.objects.filter(act=ACT, active=True).order_by("days").first(),
        "may_rule": can(request.user, "privacy.rules"),
        "came": sum(counts.values()),
        "list_url": list_url,
    }
    return render(request, "email/mailboxes.html", context)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a mail through, and go to the conversation that it is in."""
    require(request.user, "inbox.strangers")
    require(request.user, "inbox.reply")
    mail = get_object_or_404(queries.mails_for(request.user), pk=pk if pk < 2**63 else 0)
    try:
        mail = actions.release(mail, by=cast("User", request.user), request=request)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(f"{reverse('web:list-mails')}?open={pk}")
    toast(request, _("Let through: it is in the inbox"))
    conversation = queries.conversation_of(mail, request.user)
    return redirect(conversation.get_absolute_url() if conversation else reverse("web:list-mails"))
