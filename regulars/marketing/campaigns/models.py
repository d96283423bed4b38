"""Campaigns, what each variant says, what they cost, and what became of everybody in the audience."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Channel, Party
from regulars.kit import clock
from regulars.marketing.call_lists.models import Script
from regulars.marketing.content.models import Content
from regulars.marketing.effect.models import Experiment, UnitKind
from regulars.marketing.fulfilment.models import Item
from regulars.marketing.segments.models import Segment

USUAL_CONTROL: Final = 1_000
"""Of 10,000: a tenth is left alone unless somebody says otherwise."""


class By(models.TextChoices):
    """How a campaign speaks to its audience."""

    EMAIL = "email", pgettext_lazy("campaign", "E-mail")
    CALL = "call", pgettext_lazy("campaign", "Call")
    LETTER = "letter", pgettext_lazy("campaign", "Letter")


CHANNEL: Final[dict[str, str]] = {By.EMAIL: Channel.EMAIL, By.CALL: Channel.PHONE, By.LETTER: Channel.POST}
"""The channel of permission and limits for each."""


class CampaignState(models.TextChoices):
    """Where a campaign stands."""

    DRAFT = "draft", pgettext_lazy("campaign", "Draft")
    SCHEDULED = "scheduled", pgettext_lazy("campaign", "Scheduled")
    RUNNING = "running", pgettext_lazy("campaign", "Running")
    PAUSED = "paused", pgettext_lazy("campaign", "Paused")
    DONE = "done", pgettext_lazy("campaign", "Done")
    STOPPED = "stopped", pgettext_lazy("campaign", "Stopped")


BEFORE_START: Final = (CampaignState.DRAFT, CampaignState.SCHEDULED)
UNDER_WAY: Final = (CampaignState.RUNNING, CampaignState.PAUSED)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)

    def under_way(self) -> Self:
        """Started and neither done nor stopped."""
        return self.live().filter(state__in=UNDER_WAY)


class Campaign(models.Model):
    """Something said or offered to an audience, to reach a goal that is declared first.

    The audience is ``segment`` as it is at the start, or, without one, the ``Recipient`` rows that were taken from a list
    (``list_words`` says how it was narrowed). ``control_share`` is in 10,000. Money is in minor units of ``currency``:
    ``offer_cost`` for each who takes the offer up, ``contact_cost`` for each message, ``budget`` for everything (0: none).
    Without ``starts_at`` it begins when somebody starts it; nothing is said after ``not_after``; what customers do counts
    for ``days``. ``gathered_at``: the audience is written down; ``sent_at``: everybody in it was decided about; ``worked_at``:
    the last part. ``reason`` says why it was paused or stopped, ``complaints_seen`` how many were accepted by going on.
    """

    name = models.CharField(_("name"), max_length=120)
    goal = models.CharField(_("goal"), max_length=255, blank=True)
    measure = models.CharField(_("primary measure"), max_length=40, default="revenue")
    by = models.CharField(pgettext_lazy("campaign", "by"), max_length=8, choices=By, default=By.EMAIL)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name=_("segment")
    )
    list_words = models.CharField(max_length=500, blank=True)
    control_share = models.PositiveSmallIntegerField(_("control group"), default=USUAL_CONTROL)
    unit = models.CharField(
        pgettext_lazy("experiment", "unit"), max_length=10, choices=UnitKind, default=UnitKind.PARTY
    )
    offer_en = models.CharField(_("offer in English"), max_length=255, blank=True)
    offer_zh = models.CharField(_("offer in Chinese"), max_length=255, blank=True)
    offer_url = models.URLField(_("where to take it up"), max_length=300, blank=True)
    offer_code = models.CharField(_("code"), max_length=40, blank=True)
    offer_cost = models.BigIntegerField(_("cost of the offer, for each who takes it up"), default=0)
    contact_cost = models.BigIntegerField(_("cost of a message"), default=0)
    budget = models.BigIntegerField(_("budget"), default=0)
    currency = models.CharField(max_length=3)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    not_after = models.DateTimeField(_("nothing is said after"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days measured"), default=28)
    ends_at = models.DateTimeField(_("measured until"), null=True, blank=True)
    state = models.CharField(
        pgettext_lazy("campaign", "state"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT
    )
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    experiment = models.OneToOneField(
        Experiment, models.PROTECT, null=True, blank=True, related_name="campaign", verbose_name=_("experiment")
    )
    audience = models.PositiveIntegerField(_("audience"), default=0)
    complaints_seen = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], condition=Q(state="scheduled"), name="campaign_due"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(by__in=By.values), name="campaign_by_known"),
            models.CheckConstraint(condition=Q(control_share__gte=100, control_share__lte=9_000), name="campaign_has_a_control_group"),
            models.CheckConstraint(
                condition=Q(offer_cost__gte=0, contact_cost__gte=0, budget__gte=0), name="campaign_costs_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(not_after=None) | Q(starts_at=None) | Q(not_after__gt=F("starts_at")), name="campaign_ends_after_start"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the campaign."""
        return f"/campaigns/{self.pk}/"

    @property
    def origin(self) -> str:
        """By what its messages, lists and experiment know it."""
        return f"campaign:{self.pk}"

    @property
    def channel(self) -> str:
        """The channel of permission and limits."""
        return CHANNEL[self.by]

    @property
    def is_before_start(self) -> bool:
        """Whether it can still be changed."""
        return self.state in BEFORE_START

    @property
    def is_under_way(self) -> bool:
        """Whether it was started and goes on."""
        return self.state in UNDER_WAY

    @property
    def is_being_sent(self) -> bool:
        """Whether some of the audience are still to be decided about."""
        return self.state == CampaignState.RUNNING and self.sent_at is None


class Variant(models.Model):
    """One of the ways in which a campaign says it: what ``key`` (a, b, c) gets. ``ref`` is what was published for it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="variants", db_index=False)
    key = models.CharField(max_length=1)
    content = models.ForeignKey(
        Content, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("content")
    )
    script = models.ForeignKey(
        Script, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("script")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item"))
    ref = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("variant")
        ordering: ClassVar = ["key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "key"], name="variant_once")]

    def __str__(self) -> str:
        return self.key.upper()

    @property
    def said(self) -> Content | Script | Item | None:
        """What it says."""
        return self.content or self.script or self.item


class CampaignCost(models.Model):
    """What a campaign costs besides offers and messages, in minor units of its currency."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="costs")
    name = models.CharField(_("what for"), max_length=120)
    planned = models.BigIntegerField(_("planned"), default=0)
    actual = models.BigIntegerField(_("actual"), null=True, blank=True)

    class Meta:
        verbose_name = _("cost of a campaign")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(planned__gte=0) & (Q(actual=None) | Q(actual__gte=0)), name="campaign_cost_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> int:
        """What it came to, as long as that is not known what it was planned to."""
        return self.planned if self.actual is None else self.actual


class Fate(models.TextChoices):
    """What became of somebody in the audience."""

    OPEN = "", pgettext_lazy("fate", "Not decided yet")
    CHOSEN = "chosen", pgettext_lazy("fate", "Gets it")
    CONTROL = "control", pgettext_lazy("fate", "Control group")
    HELD_OUT = "held_out", pgettext_lazy("fate", "Left out of all marketing")
    REFUSED = "refused", pgettext_lazy("fate", "May not be told")


class Recipient(models.Model):
    """``party`` is in the audience of ``campaign``; ``fate`` is decided once, in the transaction of the message.

    ``reason`` is a code of permission where the fate is *refused*; ``variant`` is what the chosen get; ``address_key`` is the
    digest of where they are reached, so that an address shared by several is told once.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="recipients", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="campaigns", verbose_name=_("customer"))
    fate = models.CharField(max_length=8, choices=Fate, blank=True, default=Fate.OPEN)
    reason = models.CharField(max_length=32, blank=True)
    variant = models.CharField(max_length=1, blank=True)
    address_key = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("recipient")
        indexes: ClassVar = [
            models.Index(fields=["campaign", "fate", "reason", "variant"], name="recipient_by_fate"),
            models.Index(fields=["campaign", "party"], condition=Q(fate=""), name="recipient_open"),
            models.Index(fields=["campaign", "address_key"], condition=~Q(address_key=""), name="recipient_by_address"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "party"], name="recipient_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.party_id}"
