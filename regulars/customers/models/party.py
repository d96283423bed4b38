"""The party: a person, an organisation or a household, in one concrete table."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.staff.rules import Reach, reach
from regulars.web.listing.walking import unindexed


class Kind(models.TextChoices):
    """What sort of party it is."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")
    HOUSEHOLD = "household", _("Household")


class PartyQuerySet(models.QuerySet["Party"]):
    """Parties; every reading for a user starts with ``visible_to``."""

    def live(self) -> Self:
        """Neither in the trash nor merged into another."""
        return self.filter(trashed_at=None, merged_into=None)

    def trashed(self) -> Self:
        """In the trash, merged ones left out."""
        return self.filter(trashed_at__isnull=False, merged_into=None)

    def visible_to(self, user: Any, *, gathered: bool = False) -> Self:
        """THE rule of who sees whom: own, team, territory (and below) or all, by the reach of the user's role.

        Args:
            gathered: whether the database is to gather them by index, rather than to walk down a list and look at each.
        """
        scope = reach(user)
        if scope is Reach.ALL:
            return self
        if scope is Reach.OWN:
            return self.filter(owner=user.pk)
        seen = self._is("owner_id", user.pk, gathered=gathered)
        if user.team_id:
            seen |= self._is("team_id", user.team_id, gathered=gathered)
        if scope is Reach.TERRITORY and user.territory:
            seen |= Q(territory__path__startswith=user.territory.path)
        return self.filter(seen)

    def _is(self, column: str, value: Any, *, gathered: bool) -> Q:
        """``column`` = ``value``, on SQLite out of the reach of its index unless ``gathered``.

        A team has many customers. SQLite does not count how many, gathers them all by the index and sorts them, where it
        could walk down the list in its order until a page is full (at 100,000 customers 110 ms against 1 ms).
        """
        return Q(**{column: value}) if gathered else Q(Exact(unindexed(column), value))


class Party(models.Model):
    """Somebody the company deals with. Columns only for what is listed, filtered or sorted; the rest is ``custom``.

    ``name`` is the name to show (Chinese: family name first, no space); for persons the parts are kept too.
    ``fold`` is the form used for comparing and sorting (``kit.text.fold``). ``version`` counts changes: an edit
    that offers an older version is refused (409). Parties are never deleted, only trashed, merged or erased.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200)
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    other_name = models.CharField(_("name in another script"), max_length=200, blank=True)
    fold = models.CharField(max_length=200, db_index=True, editable=False, default="")
    salutation = models.CharField(_("salutation"), max_length=20, blank=True)
    birth_date = models.DateField(_("birthday"), null=True, blank=True)
    language = models.CharField(_("preferred language"), max_length=10, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=16, blank=True)
    preferred_time = models.CharField(_("best time to reach"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True, db_index=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    about = models.TextField(_("about"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parties",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "staff.Team", models.SET_NULL, null=True, blank=True, related_name="parties", verbose_name=_("team")
    )
    territory = models.ForeignKey(
        "staff.Territory", models.SET_NULL, null=True, blank=True, related_name="parties", verbose_name=_("territory")
    )
    custom = models.JSONField(default=dict, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", editable=False, db_index=False
    )

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [
            models.Index(fields=["fold", "id"], name="party_by_name"),
            models.Index(fields=["owner", "id"], name="party_by_owner"),
            models.Index(fields=["created_at", "id"], name="party_by_creation"),
            models.Index(fields=["source", "id"], name="party_by_source"),
            models.Index(fields=["kind", "id"], name="party_by_kind"),
            # only the merged ones: an index over "not merged" would be chosen although it narrows nothing
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="party_merged"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="party_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="party_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("id")), name="party_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The customer page."""
        return f"/customers/{self.pk}/"

    def canonical(self) -> Party:
        """The party that stands for this one: itself, or what it was merged into (a merge never points at a merged one)."""
        return self.merged_into if self.merged_into is not None else self
