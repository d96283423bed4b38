"""Roles a party plays and relations between parties, both with dates."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class RoleKind(models.TextChoices):
    """What a party is to the company."""

    PROSPECT = "prospect", _("Prospect")
    CUSTOMER = "customer", _("Customer")
    RESELLER = "reseller", _("Reseller")
    VENDOR = "vendor", _("Vendor")
    PARTNER = "partner", _("Partner")
    COMPETITOR = "competitor", _("Competitor")


BUYING: Final = (RoleKind.PROSPECT.value, RoleKind.CUSTOMER.value, RoleKind.RESELLER.value)
"""Roles of those who buy or may buy: whoever plays none of them and never bought stands in no stage."""


class RelationKind(models.TextChoices):
    """How ``party`` stands to ``other``; read "party … other"."""

    EMPLOYED_BY = "employed_by", _("works at")
    REPORTS_TO = "reports_to", _("reports to")
    MEMBER_OF = "member_of", _("member of household")
    REFERRED_BY = "referred_by", _("referred by")
    BUYS_THROUGH = "buys_through", _("buys through")
    SUBSIDIARY_OF = "subsidiary_of", _("subsidiary of")
    PARTNER_OF = "partner_of", _("partner of")
    RELATED_TO = "related_to", _("related to")


class DatedQuerySet(models.QuerySet["PartyRelation"]):
    """Relations by their validity."""

    def current(self) -> Self:
        """Not ended."""
        return self.filter(valid_to=None)


class PartyRole(models.Model):
    """A party plays ``role`` from ``valid_from`` until ``valid_to`` (None: still)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=12, choices=RoleKind)
    valid_from = models.DateField(_("since"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("role")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "role"], condition=Q(valid_to=None), name="party_role_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="party_role_dates_in_order"
            ),
        ]


class PartyRelation(models.Model):
    """``party`` <kind> ``other``, e.g. a person *works at* an organisation as ``title``."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="relations")
    other = models.ForeignKey(Party, models.CASCADE, related_name="relations_from")
    kind = models.CharField(_("relation"), max_length=16, choices=RelationKind)
    title = models.CharField(_("position"), max_length=80, blank=True)
    valid_from = models.DateField(_("since"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "other", "kind", "title"], condition=Q(valid_to=None), name="relation_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(party=F("other")), name="relation_between_two"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
                name="relation_dates_in_order",
            ),
        ]
