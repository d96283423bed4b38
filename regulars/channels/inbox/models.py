"""Conversations, what was said in them, and who is at them."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.outbox.models import Message
from regulars.customers.models import Channel, Party
from regulars.kit import clock


class State(models.TextChoices):
    """Who is to do something next."""

    OPEN = "open", pgettext_lazy("conversation", "Open")
    WAITING = "waiting", pgettext_lazy("conversation", "Waiting for the customer")
    CLOSED = "closed", pgettext_lazy("conversation", "Closed")


class Direction(models.TextChoices):
    """Who said it, to whom."""

    IN = "in", pgettext_lazy("conversation", "Received")
    OUT = "out", pgettext_lazy("conversation", "Sent")
    NOTE = "note", pgettext_lazy("conversation", "Note for colleagues")


class Conversation(models.Model):
    """Something somebody wrote to us, and what followed.

    ``party`` is None as long as nobody knows who it is; ``address`` is theirs on the channel, as it is answered. ``waiting_since``
    is when the oldest thing said to us that is still unanswered came; it is set exactly while the
    conversation is open. ``aside_at``: whoever writes is
    not a customer. ``continues`` is the conversation that was closed too long ago to go on with.
    ``words_at`` counts what was said or noted, so that an answer that crosses something newer can be told; ``changed_at`` is when
    anything about it changed last, so that open lists hear of it.
    """

    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="conversations", verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    address = models.CharField(pgettext_lazy("conversation", "from"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    state = models.CharField(pgettext_lazy("conversation", "state"), max_length=8, choices=State, default=State.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,
    )
    team = models.ForeignKey(
        "staff.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    continues = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    preview = models.CharField(max_length=160, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    opened_at = models.DateTimeField(_("begun"), default=clock.now)
    last_at = models.DateTimeField(pgettext_lazy("conversation", "last"), default=clock.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    aside_at = models.DateTimeField(null=True, blank=True)
    words_at = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("conversation")
        indexes: ClassVar = [
            models.Index(fields=["state", "waiting_since", "id"], name="conversation_by_state"),
            models.Index(fields=["assignee", "state", "waiting_since", "id"], name="conversation_by_person"),
            models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
            models.Index(fields=["state", "-last_at", "-id"], name="conversation_of_state_newest"),
            models.Index(fields=["address"], name="conversation_by_address"),
            models.Index(fields=["-changed_at", "-id"], name="conversation_changed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="conversation_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="conversation_open_waits",
                condition=Q(state="open", waiting_since__isnull=False)
                | Q(state__in=["waiting", "closed"], waiting_since=None),
            ),
            models.CheckConstraint(
                name="conversation_closed_when",
                condition=Q(state="closed", closed_at__isnull=False) | Q(state__in=["open", "waiting"], closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.channel} {self.pk}"

    def get_absolute_url(self) -> str:
        """Where it is read."""
        return f"/inbox/{self.pk}/"


ELSEWHERE: Final = "data-from="
"""Before the address of a picture that is not in the message itself: it is fetched only where somebody asks for it."""


class Entry(models.Model):
    """Something said in a conversation. ``ref`` is its name on the channel (a Message-ID): what comes twice is one.

    ``html`` is sanitised by the channel that brought it (pictures as in ``ELSEWHERE``), and shown in a frame that can do nothing. ``message`` is the row of
    the outbox that carries an answer, ``quotes`` what it quotes below its words.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="entries", db_index=False)
    direction = models.CharField(max_length=4, choices=Direction)
    at = models.DateTimeField(default=clock.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    from_address = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, blank=True, related_name="entry")
    quotes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    ref = models.CharField(max_length=255, null=True, blank=True, unique=True)
    thread = models.JSONField(default=list)

    class Meta:
        verbose_name = _("entry of a conversation")
        indexes: ClassVar = [models.Index(fields=["conversation", "at", "id"], name="entry_of_conversation")]
        constraints: ClassVar = [
            models.CheckConstraint(name="entry_direction_known", condition=Q(direction__in=Direction.values))
        ]


class EntryWords(models.Model):
    """The words an entry is found by; derived from it, under the database's own index (migration ``search_of_words``)."""

    entry = models.OneToOneField(Entry, models.CASCADE, primary_key=True, related_name="words")
    words = models.TextField()

    class Meta:
        verbose_name = "words of an entry"


class Draft(models.Model):
    """What somebody has begun to write in a conversation and not sent; ``quotes`` unless they took out the quotation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, default="reply")
    text = models.TextField(blank=True)
    quotes = models.BooleanField(default=True, db_default=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("draft")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "user", "kind"], name="draft_once_per_person")
        ]


class Attachment(models.Model):
    """A file that came with an entry, leaves with it, or waits with a draft.

    ``name`` is what somebody called it, made harmless; the file itself has a name of ours, and is never written twice.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, null=True, blank=True, related_name="attachments")
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, blank=True, related_name="attachments")
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    file = models.FileField(upload_to="inbox/%Y/%m", max_length=200)

    class Meta:
        verbose_name = _("attachment")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="attachment_of_one",
                condition=Q(entry__isnull=False, draft=None) | Q(entry=None, draft__isnull=False),
            )
        ]


class Presence(models.Model):
    """Who has a conversation before them, as of ``at``; ``typing_at`` is when they last wrote something into it."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="presences", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=clock.now)
    typing_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "presence at a conversation"
        indexes: ClassVar = [models.Index(fields=["at"], name="presence_by_time")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "user"], name="presence_once_per_person")
        ]


class CannedAnswer(models.Model):
    """An answer that is given again and again, in both languages, with fields such as ``{name}``."""

    name = models.CharField(_("name"), max_length=80)
    text_en = models.TextField(_("in English"), blank=True)
    text_zh = models.TextField(_("in Chinese"), blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(_("changed"), default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("canned answer")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="canned_answer_name_once")
        ]

    def __str__(self) -> str:
        return self.name
