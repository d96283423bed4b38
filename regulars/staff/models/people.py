"""Users, teams and territories."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import clock


class Role(models.TextChoices):
    """What a person does here; decides capabilities (``rules.CAPABILITIES``) and reach (``rules.REACH``)."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    MANAGER = "manager", pgettext_lazy("role", "Manager")
    MARKETER = "marketer", pgettext_lazy("role", "Marketer")
    SELLER = "seller", pgettext_lazy("role", "Salesperson")
    AGENT = "agent", pgettext_lazy("role", "Service agent")
    DISPATCHER = "dispatcher", pgettext_lazy("role", "Dispatcher")
    TECHNICIAN = "technician", pgettext_lazy("role", "Technician")
    ANALYST = "analyst", pgettext_lazy("role", "Analyst")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")


class Territory(models.Model):
    """A part of the market. ``path`` is ``/1/4/``: the ids from the root down, so that a prefix finds the subtree."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, default="/", db_index=True)

    class Meta:
        ordering: ClassVar = ["path"]
        verbose_name = _("territory")

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who share their customers. The department is where its work shows on the timeline."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    department = models.CharField(_("department"), max_length=40, blank=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True, related_name="teams")

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("team")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user of that sign-in name.

        Raises:
            User.DoesNotExist: there is none.
        """
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """Somebody who signs in. Names are never deleted: a user who left is inactive.

    ``reach`` and ``rights`` are what the company set for the role (``RoleSetting``), kept here so that asking costs
    nothing; empty means the product's own (``rules.REACH``, ``rules.CAPABILITIES``).
    """

    username = models.CharField(_("sign-in name"), max_length=150, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True, related_name="members")
    reach = models.CharField(_("sees"), max_length=10, blank=True, editable=False)
    rights = models.JSONField(default=dict, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=10, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name", "role"]

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("user")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="user_username_ignoring_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name to show."""
        return self.name

    def get_short_name(self) -> str:
        """The name to show."""
        return self.name
