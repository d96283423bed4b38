"""A mail that came, and the places mail comes from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.outbox.models import Message
from regulars.customers.models import Party
from regulars.kit import clock


class MailKind(models.TextChoices):
    """What a mail is; only messages are brought before people."""

    MESSAGE = "message", pgettext_lazy("mail", "Message")
    AUTO_REPLY = "auto_reply", pgettext_lazy("mail", "Automatic answer")
    BOUNCE = "bounce", pgettext_lazy("mail", "Delivery report")
    COMPLAINT = "complaint", pgettext_lazy("mail", "Complaint")
    LOOP = "loop", pgettext_lazy("mail", "Loop")
    SPAM = "spam", pgettext_lazy("mail", "Spam")
    QUARANTINED = "quarantined", pgettext_lazy("mail", "Quarantine")


class Fate(models.TextChoices):
    """What a delivery report says of a message of ours."""

    HARD = "hard", pgettext_lazy("bounce", "Cannot be delivered")
    SOFT = "soft", pgettext_lazy("bounce", "Not delivered this time")
    DELAYED = "delayed", pgettext_lazy("bounce", "Delayed")
    DELIVERED = "delivered", pgettext_lazy("bounce", "Delivered")


class Mail(models.Model):
    """One mail that came, whatever became of it. ``key`` makes it one: its Message-ID and a hash of what it says.

    ``rfc_id`` is its Message-ID, ``file`` the mail as it came, below the folder of files. ``reason`` says why it is of its ``kind`` (codes of ``words``).
    ``ref`` is the name of the entry of the inbox made from it. ``message`` is the message of ours that it answers or reports on,
    ``about`` the address a report speaks of, ``fate`` what it says of it. ``released_at``: somebody let it through.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    rfc_id = models.CharField(max_length=255, blank=True, db_index=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    kind = models.CharField(pgettext_lazy("mail", "kind"), max_length=11, choices=MailKind)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    from_address = models.CharField(pgettext_lazy("mail", "from"), max_length=254, blank=True)
    from_name = models.CharField(_("name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    sent_at = models.DateTimeField(_("date in the mail"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), default=clock.now)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    file = models.CharField(max_length=120, blank=True)
    party = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="mails", verbose_name=_("customer")
    )
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="mails", verbose_name=_("message")
    )
    ref = models.CharField(max_length=255, blank=True, db_index=True)
    fate = models.CharField(max_length=9, choices=Fate, blank=True)
    status = models.CharField(max_length=16, blank=True)
    about = models.CharField(_("address"), max_length=254, blank=True)
    released_at = models.DateTimeField(_("let through"), null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("mail received")
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "-id"], name="mail_newest"),
            models.Index(fields=["kind", "-received_at", "-id"], name="mail_of_kind_newest"),
            models.Index(fields=["received_at"], condition=~Q(file=""), name="mail_kept"),
            models.Index(fields=["about", "fate"], condition=~Q(about=""), name="mail_about_address"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="mail_kind_known", condition=Q(kind__in=MailKind.values)),
            models.CheckConstraint(name="mail_fate_known", condition=Q(fate__in=["", *Fate.values])),
        ]

    def __str__(self) -> str:
        return self.subject or self.rfc_id or self.key[:12]


class Mailbox(models.Model):
    """A place mail comes from, and how far it was read. ``name`` is the address of the mailbox without its password.

    Of IMAP ``uidvalidity`` and ``last_uid`` say what was read; ``held_by`` is the process that follows it until ``held_until``.
    """

    name = models.CharField(max_length=200, unique=True)
    uidvalidity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    held_by = models.CharField(max_length=64, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(_("last connected"), null=True, blank=True)
    last_mail_at = models.DateTimeField(_("last mail"), null=True, blank=True)
    error = models.CharField(max_length=255, blank=True)
    error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mailbox")

    def __str__(self) -> str:
        return self.name
