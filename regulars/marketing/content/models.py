"""Contents that are being written, their published editions, and what the company says of itself under each mail."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import clock

PARTS: Final = ("subject", "preheader", "mjml")
"""What a content has in each language."""
PREFIX: Final = "content"


class ContentQuerySet(models.QuerySet["Content"]):
    """Contents by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)


class Content(models.Model):
    """Something to be said by e-mail, as it is being written.

    ``draft`` has ``subject``, ``preheader`` and ``mjml`` for each language (``settings.LANGUAGES``). ``purpose`` is the topic
    that a recipient must have permitted. ``version`` counts changes: a form that offers an older one is refused.
    """

    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    draft = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="content_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page on which it is written."""
        return f"/contents/{self.pk}/"

    def said(self, language: str) -> dict[str, str]:
        """Its parts in ``language``, empty where nothing was written yet."""
        told: dict[str, Any] = self.draft.get(language) or {}
        return {part: str(told.get(part, "")) for part in PARTS}


class Edition(models.Model):
    """A content as it was published; a trigger keeps it from ever being changed.

    ``programs`` has, per language, what ``template.Program`` runs for ``subject``, ``html`` and ``text``; ``source`` is the draft
    it was made of; ``links`` are the numbers of the tracked links by their target. ``sha256`` is that of the programs.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    programs = models.JSONField()
    source = models.JSONField()
    links = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(pgettext_lazy("contents", "published"), default=clock.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )  # fmt: skip

    class Meta:
        verbose_name = _("edition")
        constraints: ClassVar = [models.UniqueConstraint(fields=["content", "number"], name="edition_number_once")]

    def __str__(self) -> str:
        return f"{self.content.name} · {self.number}"

    @property
    def ref(self) -> str:
        """What ``NewMessage.content_ref`` says of it."""
        return f"{PREFIX}:{self.pk}"


class Imprint(models.Model):
    """What stands under every mail, one row at most: the company's address in each language, and its site.

    ``product_page`` is the address of a product's page, ``{code}`` in it stands for the product's code. ``language`` is that of
    customers whose own is not known (empty: that of the country).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    address = models.JSONField(default=dict)
    website = models.URLField(_("website"), blank=True)
    product_page = models.CharField(_("page of a product"), max_length=255, blank=True)
    language = models.CharField(_("language of customers whose own is not known"), max_length=10, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="imprint_once")]
