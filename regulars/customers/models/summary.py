"""What lists, search results, Today and the customer page read: one row per party."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party


class Stage(models.TextChoices):
    """The eight stages of a relationship; every customer is in exactly one, whoever has no role of their own in none."""

    RECRUIT = "recruit", _("Recruit")
    WELCOME = "welcome", _("Welcome")
    GETTING_TO_KNOW = "getting_to_know", _("Getting to know")
    ACCOUNT_MANAGEMENT = "account_management", _("Account management")
    INTENSIFY = "intensify", _("Intensify")
    PRE_DIVORCE = "pre_divorce", _("Pre-divorce")
    DIVORCE = "divorce", _("Divorce")
    RECOVERY = "recovery", _("Recovery")


class ValueClass(models.TextChoices):
    """The three classes of one-to-one marketing; everybody else is *regular*; without a purchase there is none."""

    MOST_VALUABLE = "most_valuable", _("Most valuable")
    MOST_GROWABLE = "most_growable", _("Most growable")
    REGULAR = "regular", _("Steady")
    BELOW_ZERO = "below_zero", _("Below zero")


class CustomerSummary(models.Model):
    """Facts kept in the transaction that changes them, and scores that the refresh writes.

    Money is in minor units of ``currency``. ``*_12m`` looks back 365 days from the last refresh. Reasons are lists
    of ``{"code": …, "values": {…}}`` said in the reader's language by ``customers.reasons``.
    """

    party = models.OneToOneField(Party, models.CASCADE, primary_key=True, related_name="summary")
    # facts, live
    currency = models.CharField(max_length=3, blank=True)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    returns = models.PositiveIntegerField(_("returns"), default=0)
    revenue = models.BigIntegerField(_("revenue"), default=0)
    margin = models.BigIntegerField(_("margin"), null=True, blank=True)
    first_order_at = models.DateTimeField(_("first order"), null=True, blank=True)
    last_order_at = models.DateTimeField(_("last order"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True)
    last_contact_channel = models.CharField(max_length=16, blank=True)
    next_activity_at = models.DateTimeField(_("next activity"), null=True, blank=True)
    open_tasks = models.PositiveIntegerField(_("open tasks"), default=0)
    open_promises = models.PositiveIntegerField(_("open promises"), default=0)
    open_complaints = models.PositiveIntegerField(_("open complaints"), default=0)
    # scores, by refresh
    as_of = models.DateTimeField(_("as of"), null=True, blank=True)
    orders_12m = models.PositiveIntegerField(_("orders, 12 months"), default=0)
    revenue_12m = models.BigIntegerField(_("revenue, 12 months"), default=0)
    revenue_prior_12m = models.BigIntegerField(_("revenue, the 12 months before"), default=0)
    margin_12m = models.BigIntegerField(_("margin, 12 months"), null=True, blank=True)
    recency_score = models.PositiveSmallIntegerField(_("recency (1–5)"), null=True, blank=True)
    frequency_score = models.PositiveSmallIntegerField(_("frequency (1–5)"), null=True, blank=True)
    monetary_score = models.PositiveSmallIntegerField(_("money (1–5)"), null=True, blank=True)
    value_class = models.CharField(_("class"), max_length=16, choices=ValueClass, blank=True)
    value_reasons = models.JSONField(default=list)
    value_rank = models.PositiveIntegerField(_("rank by revenue"), null=True, blank=True)
    value_percentile = models.FloatField(_("top … percent by revenue"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.RECRUIT, blank=True)
    stage_since = models.DateTimeField(_("in this stage since"), null=True, blank=True)
    stage_reasons = models.JSONField(default=list)
    previous_stage = models.CharField(max_length=20, choices=Stage, blank=True)
    risk = models.FloatField(_("risk of leaving"), null=True, blank=True)
    risk_reasons = models.JSONField(default=list)
    cycle_days = models.FloatField(_("usual days between purchases"), null=True, blank=True)
    cycle_low = models.FloatField(null=True, blank=True)
    cycle_high = models.FloatField(null=True, blank=True)
    expected_order_at = models.DateTimeField(_("next order expected"), null=True, blank=True)
    at_stake = models.BigIntegerField(_("at stake"), default=0)
    next_action = models.CharField(_("what to do next"), max_length=24, blank=True)
    next_action_reasons = models.JSONField(default=list)

    class Meta:
        verbose_name = _("summary")
        indexes: ClassVar = [
            # a list narrowed to a stage or a class comes in the order of revenue, or of money at stake
            models.Index(fields=["stage", "revenue_12m", "party"], name="summary_by_stage_revenue"),
            models.Index(fields=["stage", "at_stake", "party"], name="summary_by_stage_stake"),
            models.Index(fields=["value_class", "revenue_12m", "party"], name="summary_by_class_revenue"),
            models.Index(fields=["stage_since", "party"], name="summary_by_since"),
            models.Index(fields=["revenue", "party"], name="summary_by_revenue"),
            models.Index(fields=["revenue_12m", "party"], name="summary_by_revenue_12m"),
            models.Index(fields=["orders", "party"], name="summary_by_orders"),
            models.Index(fields=["last_order_at", "party"], name="summary_by_last_order"),
            models.Index(fields=["first_order_at", "party"], name="summary_by_first_order"),
            models.Index(fields=["last_contact_at", "party"], name="summary_by_last_contact"),
            models.Index(fields=["at_stake", "party"], name="summary_by_stake"),
            models.Index(fields=["risk", "party"], name="summary_by_risk"),
            models.Index(fields=["expected_order_at", "party"], name="summary_by_expected"),
            # the few that wait for something
            models.Index(fields=["party"], condition=Q(open_complaints__gt=0), name="summary_with_complaints"),
            models.Index(fields=["party"], condition=Q(open_promises__gt=0), name="summary_with_promises"),
        ]
