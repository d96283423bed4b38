"""Reading users, their sessions and rights."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from regulars.kit import clock
from regulars.staff.models import Factor, FailedTries, Role, RoleSetting, SignIn, Team, User
from regulars.staff.rules import CAPABILITIES, REACH, Reach
from regulars.staff.words import CAPABILITY_WORDS, device
from regulars.web.resources import Text


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as a page shows it."""

    sign_in: SignIn
    device: str
    current: bool


def sessions_of(user: User, current_key: str | None = None) -> list[OpenSession]:
    """The open sessions of ``user``, the present one first, then by when they were last seen."""
    found = [
        OpenSession(one, device(one.device), bool(current_key) and one.session_key == current_key)
        for one in SignIn.objects.filter(user=user).open()
    ]
    return sorted(found, key=lambda one: not one.current)


def users_with_access() -> QuerySet[User]:
    """Users with what a list says of their access: second factor, locked out."""
    factors = Factor.objects.filter(user=OuterRef("pk"))
    locked = FailedTries.objects.filter(username=OuterRef("username_folded"), until__gt=clock.now())
    return (
        User.objects.select_related("team", "territory")
        .annotate(has_factor=Exists(factors), username_folded=Lower("username"))
        .annotate(locked=Exists(locked))
    )


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role with how far it sees and what it may."""

    role: str
    label: Text
    reach: Reach
    own_reach: Reach
    users: int
    may: frozenset[str]


def roles() -> list[RoleLine]:
    """Every role, as set now."""
    held = dict(RoleSetting.objects.values_list("role", "reach"))
    counts = dict(User.objects.filter(is_active=True).order_by().values_list("role").annotate(Count("pk")))
    return [
        RoleLine(key, label, Reach(held.get(key, REACH[key])), REACH[key], counts.get(key, 0), CAPABILITIES[key])
        for key, label in Role.choices
    ]


def matrix(lines: list[RoleLine]) -> list[tuple[Text, list[bool]]]:
    """Per capability, whether each of ``lines`` has it, those known by name first and in their order."""
    every = set().union(*(line.may for line in lines))
    order = [key for key in CAPABILITY_WORDS if key in every] + sorted(every - set(CAPABILITY_WORDS))
    return [(CAPABILITY_WORDS.get(key, key), [key in line.may for line in lines]) for key in order]


def teams() -> QuerySet[Team]:
    """Teams with the number of active members."""
    return Team.objects.select_related("territory").annotate(active=Count("members", filter=Q(members__is_active=True)))
