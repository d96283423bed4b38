"""Scripts, lists of customers to call, one call task per customer, and what came of each try."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Event, Party
from regulars.kit import clock


class Script(models.Model):
    """What an agent says, in both languages. ``{name}``, ``{agent}``, ``{company}`` stand for what they say.

    ``fields_en`` and ``fields_zh`` are what is asked during the call, one question a line; the lines belong together by number.
    """

    name = models.CharField(_("name"), max_length=120)
    words_en = models.TextField(_("words in English"), blank=True)
    words_zh = models.TextField(_("words in Chinese"), blank=True)
    fields_en = models.TextField(_("questions in English"), blank=True)
    fields_zh = models.TextField(_("questions in Chinese"), blank=True)
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("script")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="call_script_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def words(self) -> str:
        """The words in the language of the moment, else in the other."""
        return self._in_language(self.words_en, self.words_zh)

    def questions(self) -> list[str]:
        """What is asked, in the language of the moment, else in the other."""
        told = self._in_language(self.fields_en, self.fields_zh)
        return [line.strip() for line in told.splitlines() if line.strip()]

    @staticmethod
    def _in_language(english: str, chinese: str) -> str:
        first, second = (
            (chinese, english) if (translation.get_language() or "").startswith("zh") else (english, chinese)
        )
        return first.strip() or second.strip()


class Order(models.TextChoices):
    """Who is called first."""

    VALUE = "value", pgettext_lazy("call list", "Most valuable first")
    URGENCY = "urgency", pgettext_lazy("call list", "Most urgent first")


class CallListQuerySet(models.QuerySet["CallList"]):
    """Lists by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)


class CallList(models.Model):
    """Customers to call. ``origin`` (unique where given) is what the list was made of, so that making it again finds it.

    Nobody is called after ``not_after``. Whoever is not reached is tried ``most_tries`` times, ``pause_minutes`` apart.
    """

    name = models.CharField(_("name"), max_length=120)
    origin = models.CharField(max_length=60, blank=True)
    script = models.ForeignKey(
        Script, models.PROTECT, null=True, blank=True, related_name="lists", verbose_name=_("script")
    )
    order = models.CharField(pgettext_lazy("call list", "order"), max_length=8, choices=Order, default=Order.VALUE)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    most_tries = models.PositiveSmallIntegerField(_("tries at most"), default=3)
    pause_minutes = models.PositiveIntegerField(_("minutes between two tries"), default=240)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CallListQuerySet.as_manager()

    class Meta:
        verbose_name = _("call list")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["origin"], condition=~Q(origin=""), name="call_list_once_per_origin"),
            models.CheckConstraint(condition=Q(most_tries__gte=1), name="call_list_tries_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the list."""
        return f"/call-lists/{self.pk}/"


class CallState(models.TextChoices):
    """Where a call stands."""

    OPEN = "open", pgettext_lazy("call", "To call")
    DONE = "done", pgettext_lazy("call", "Done")
    SKIPPED = "skipped", pgettext_lazy("call", "Not called")


class Call(models.Model):
    """``party`` is to be called for ``list``. An open call may be tried from ``next_at`` on, by ``agent`` alone where one is set.

    ``leased_to`` has it on screen until ``lease_until``. ``reason`` says why it was put off or not called (a code of
    permission, ``gone``, ``late``, ``tries``); ``outcome`` is what the last try came to. ``rank`` orders the list, high first.
    """

    list = models.ForeignKey(CallList, models.CASCADE, related_name="calls", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="calls", verbose_name=_("customer"))
    rank = models.BigIntegerField(default=0)
    state = models.CharField(pgettext_lazy("call", "state"), max_length=8, choices=CallState, default=CallState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("not before"), default=clock.now)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    leased_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    callback = models.ForeignKey("customers.Task", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        indexes: ClassVar = [
            models.Index(fields=["list", "-rank", "id"], condition=Q(state="open"), name="call_open_by_rank"),
            models.Index(fields=["list", "state", "outcome"], name="call_by_state"),
            models.Index(fields=["leased_to"], condition=Q(leased_to__isnull=False), name="call_leased"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "party"], name="call_once_per_list"),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}: {self.party_id}"


class CallTry(models.Model):
    """One call that was made, by whom and what came of it. ``before`` is how the call stood, so that it can be undone.

    ``event`` is its entry on the timeline; ``counted``: it reached somebody and counts for the limits on messages.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="made")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=16)
    event = models.ForeignKey(Event, models.SET_NULL, null=True, blank=True, related_name="+")
    counted = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("call made")
        indexes: ClassVar = [models.Index(fields=["agent", "-at"], name="call_try_by_agent")]
