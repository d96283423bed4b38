"""Tokens, answers that may be replayed, and what each token has used of its allowance."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class Token(models.Model):
    """A key with which a program acts as ``user``, within ``scopes``.

    The key itself is shown once and never kept: ``digest`` is its SHA-256, ``prefix`` what people recognise it by.
    ``networks`` (CIDR, empty: any) says from where it may be used. ``last_used_at`` is written once a minute at most.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens", verbose_name=_("acts as"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("scopes"), default=list)
    networks = models.JSONField(_("allowed networks"), default=list, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("API token")
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="token_of_user")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether it opens anything now: neither revoked nor expired, of somebody who may still sign in."""
        alive = self.expires_at is None or self.expires_at > clock.now()
        return alive and self.revoked_at is None and self.user.is_active


class KeptAnswer(models.Model):
    """What a POST with an ``Idempotency-Key`` was answered: asked again, it is said again, and nothing is done twice.

    ``request`` is the digest of method, path and body. ``status`` is None while the first request is under way;
    ``claimed_at`` tells one that is working from one whose process died.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)
    claimed_at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once")]
        indexes: ClassVar = [models.Index(fields=["claimed_at"], name="kept_answer_by_age")]


class Allowance(models.Model):
    """How many requests of ``token``'s allowance in the minute ``window`` (minutes since 1970) were handed to processes."""

    token = models.OneToOneField(Token, models.CASCADE, primary_key=True, related_name="+")
    window = models.BigIntegerField(default=0)
    handed_out = models.PositiveIntegerField(default=0)
