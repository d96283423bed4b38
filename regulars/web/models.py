"""Saved views: the state of a list under a name, one's own or shared with everybody."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views by who may use them."""

    def usable_by(self, user: Any) -> SavedViewQuerySet:
        """The user's own and the shared ones."""
        return self.filter(Q(owner=user) | Q(shared=True))


class SavedView(models.Model):
    """``query`` is what follows the ``?`` of the list; a pinned view is a tab above it."""

    resource = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=4000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    shared = models.BooleanField(_("shared with everybody"), default=False)
    pinned = models.BooleanField(_("pinned as a tab"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("saved view")
        constraints: ClassVar = [
            models.UniqueConstraint("owner", "resource", "name", name="saved_view_name_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.name
