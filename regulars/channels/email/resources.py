"""Mail that came as a list, with what was kept apart; the page of mailboxes in the palette."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.email import letter, store
from regulars.channels.email.letter import Unreadable
from regulars.channels.email.models import Mail, MailKind
from regulars.channels.email.queries import conversation_of, find_mails, mails_for
from regulars.channels.email.words import REASONS, reason_of
from regulars.staff import audit
from regulars.staff.rules import can
from regulars.web import palette
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.resources import (
    Badge,
    Choice,
    Column,
    Empty,
    Filter,
    Link,
    Panel,
    Preset,
    Resource,
    each_of,
    register,
)

Tone = Literal["neutral", "accent", "good", "warn", "stake"]
_TONES: Final[dict[str, Tone]] = {
    MailKind.MESSAGE: "good",
    MailKind.QUARANTINED: "warn",
    MailKind.SPAM: "warn",
    MailKind.COMPLAINT: "stake",
}
_LONGEST_SHOWN: Final = 20_000


def _kind(mail: Any) -> Badge:
    return Badge(mail.get_kind_display(), _TONES.get(mail.kind, "neutral"))


def _customer(mail: Any) -> Link | None:
    return Link(mail.party.name, mail.party.get_absolute_url()) if mail.party else None


def _why(mail: Any) -> str | None:
    told = reason_of(mail.reason) if mail.reason else ""
    fate = f"{mail.get_fate_display()} {mail.status}".strip() if mail.fate else ""
    return " · ".join(filter(None, (fate, told))) or None


def _reasons(user: User) -> Sequence[Choice]:
    return [Choice(code, words) for code, words in REASONS.items()]


def _panel(request: HttpRequest, mail: Mail) -> Panel:
    """What came, as plain text, and why it stands where it stands. Reads the mail from the disk."""
    raw = store.read(mail.file)
    try:
        read = letter.read(raw) if raw else None
    except Unreadable:
        read = None
    conversation = conversation_of(mail, request.user)
    context = {
        "mail": mail,
        "kind": _kind(mail),
        "why": _why(mail),
        "text": read.text[:_LONGEST_SHOWN] if read else "",
        "files": [(one.name, one.type, one.size) for one in read.attachments] if read else [],
        "is_kept": bool(raw),
        "conversation": conversation,
        "may_release": bool(raw)
        and mail.kind != MailKind.MESSAGE
        and mail.reason != "too_large"
        and can(request.user, "inbox.reply"),
    }
    return Panel(
        "email/mail.html", context, title=mail.subject or mail.from_address or str(_("Mail without a subject"))
    )


MAILS = register(
    Resource(
        key="mails",
        label=_("Mail received"),
        one=pgettext_lazy("count", "mail"),
        many=pgettext_lazy("count", "mails"),
        icon="mail",
        path="mails/",
        rule="inbox.strangers",
        queryset=mails_for,
        columns=(
            Column("from", pgettext_lazy("mail", "From"), lambda mail: mail.from_name or mail.from_address, sort="from_address", width="l", phone="primary"),
            Column("subject", _("Subject"), "subject", sort="subject", width="xl", phone="secondary"),
            Column("kind", pgettext_lazy("mail", "Kind"), _kind, "badge", sort="kind", phone="secondary"),
            Column("why", _("Why"), _why, width="l"),
            Column("customer", _("Customer"), _customer, "link", sort="party__fold"),
            Column("received", _("Received"), "received_at", "datetime", sort="received_at"),
            Column("address", pgettext_lazy("mail", "Address"), "from_address", sort="from_address", default=False),
            Column("source", _("Source"), "source", sort="source", default=False),
            Column("size", _("Bytes"), "size", "number", sort="size", default=False),
            Column("released", _("Let through"), "released_at", "datetime", sort="released_at", default=False),
        ),
        filters=(
            Filter("kind", pgettext_lazy("mail", "Kind"), "multi", field="kind", choices=each_of(MailKind)),
            Filter("reason", _("Reason"), "choice", field="reason", choices=_reasons),
            Filter("received", _("Received"), "date_range", field="received_at"),
        ),
        default_sort="-received",
        search=find_mails,
        panel=_panel,
        in_palette=False,
        export_rule="customers.export",
        presets=(
            Preset("quarantine", pgettext_lazy("mail", "Quarantine"), "kind=quarantined"),
            Preset("spam", pgettext_lazy("mail", "Spam"), "kind=spam"),
            Preset("reports", _("Delivery reports and complaints"), "kind=bounce&kind=complaint"),
            Preset("automatic", _("Automatic answers"), "kind=auto_reply&kind=loop"),
        ),
        empty=Empty(_("No mail came yet. Once a mailbox is set, every mail is listed here, also what was kept apart and why."), icon="mail"),
    )
)  # fmt: skip

palette.register_action(
    Action("mails", _("Mail received"), "web:list-mails", icon="mail", rule="inbox.strangers", words=_("quarantine spam bounces complaints"))
)  # fmt: skip
palette.register_action(
    Action("mailboxes", _("Mailboxes"), "email:mailboxes", icon="mail", rule="settings.manage", words=_("imap lmtp e-mail coming in"))
)  # fmt: skip
audit.name(email__released=_("Mail let through"))
