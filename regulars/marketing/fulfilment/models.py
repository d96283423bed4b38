"""What can be sent by post, who asked for it, and the lists in which it goes out."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Party
from regulars.kit import clock


class ItemKind(models.TextChoices):
    """What sort of thing it is."""

    CATALOGUE = "catalogue", _("Catalogue")
    BROCHURE = "brochure", _("Brochure")
    SAMPLE = "sample", _("Sample")
    LETTER = "letter", _("Letter")


class ItemQuerySet(models.QuerySet["Item"]):
    """Items by their state."""

    def live(self) -> Self:
        """Still sent out."""
        return self.filter(removed_at=None)

    def offered(self) -> Self:
        """Those that anybody may ask for on the public page."""
        return self.live().filter(public=True)


class Item(models.Model):
    """Something that is sent by post. ``public``: anybody may ask for it. ``cost``: of one, sent, in minor units."""

    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind, default=ItemKind.CATALOGUE)
    public = models.BooleanField(_("anybody may ask for it"), default=False)
    cost = models.BigIntegerField(_("cost of one, sent"), default=0)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name_en="", name_zh=""), name="item_has_a_name"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_known"),
        ]

    def __str__(self) -> str:
        chinese = (translation.get_language() or "").startswith("zh")
        first, second = (self.name_zh, self.name_en) if chinese else (self.name_en, self.name_zh)
        return first or second


class FulfilmentList(models.Model):
    """Requests that go out together. ``sent_at``: on their way.

    ``origin`` is what it was made of, where that is known: one list of it at most waits to be sent, those before it went out.
    """

    name = models.CharField(_("name"), max_length=120)
    origin = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("fulfilment list")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["origin"],
                condition=~Q(origin="") & Q(sent_at=None),
                name="fulfilment_list_waits_once_per_origin",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the list."""
        return f"/fulfilment/lists/{self.pk}/"


class RequestState(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", pgettext_lazy("request", "Asked for")
    SENT = "sent", pgettext_lazy("request", "Sent")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")


class Source(models.TextChoices):
    """How a request came in."""

    STAFF = "staff", pgettext_lazy("request", "By hand")
    FORM = "form", pgettext_lazy("request", "Public form")
    API = "api", pgettext_lazy("request", "Another system")
    CAMPAIGN = "campaign", pgettext_lazy("request", "Campaign")


class RequestQuerySet(models.QuerySet["Request"]):
    """Requests by their state."""

    def open(self) -> Self:
        """Neither sent nor withdrawn."""
        return self.filter(state=RequestState.OPEN)

    def loose(self) -> Self:
        """Open and on no list yet."""
        return self.open().filter(list=None)


class Request(models.Model):
    """``party`` is to get ``item``. The address is the one given with the request; empty: the customer's own when it is sent.

    Once it is on its way ``address`` keeps where it went. At most one request of a customer for an item is open.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="literature", verbose_name=_("customer"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="requests", verbose_name=_("item"))
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1)
    list = models.ForeignKey(FulfilmentList, models.SET_NULL, null=True, blank=True, related_name="requests")
    state = models.CharField(
        pgettext_lazy("request", "state"), max_length=9, choices=RequestState, default=RequestState.OPEN
    )
    source = models.CharField(_("came by"), max_length=8, choices=Source, default=Source.STAFF)
    recipient = models.CharField(_("to whom"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    asked_at = models.DateTimeField(pgettext_lazy("request", "asked"), default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        indexes: ClassVar = [
            models.Index(fields=["asked_at", "id"], condition=Q(state="open"), name="request_open_by_time"),
            models.Index(fields=["party", "item", "-asked_at"], name="request_of_party"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "item"], condition=Q(state="open"), name="request_open_once"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="request_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} → {self.party_id}"
