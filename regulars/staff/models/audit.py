"""The audit log: who did what that must be accountable."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import clock
from regulars.staff.models.people import User


class AuditEntry(models.Model):
    """Who did what that must be accountable: append-only, refused by the database too (``staff.audit`` writes it).

    ``action`` is ``area.past_participle`` (``staff.signed_in``, ``customers.exported``, ``staff.role_changed``).
    ``actor_name`` outlives the user. ``detail`` never holds personal data of customers, only counts, ids and fields.
    """

    at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("who")
    )
    actor_name = models.CharField(_("who"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=48)
    object_type = models.CharField(max_length=32, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(pgettext_lazy("address", "from"), null=True, blank=True)
    by_token = models.CharField(_("API token"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["actor", "-id"], name="audit_of_actor"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_of_object"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; an entry that exists is refused.

        Raises:
            TypeError: the entry is already recorded.
        """
        if not self._state.adding:
            raise TypeError("the audit log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the audit log is append-only."""
        raise TypeError("the audit log is append-only")
