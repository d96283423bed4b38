"""Reading users, their sessions and rights."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from regulars.kit import clock
from regulars.staff.models import CompanySetting, Factor, FailedTries, Role, RoleSetting, SignIn, Team, User
from regulars.staff.rules import CAPABILITIES, REACH, Reach, refusal
from regulars.staff.words import RIGHTS, device
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
    """A role with how far it sees and what it may; ``rights`` is what the company set differently."""

    role: str
    label: Text
    reach: Reach
    own_reach: Reach
    users: int
    rights: dict[str, bool]

    def may(self, capability: str) -> bool:
        """Whether its people may."""
        return self.rights.get(capability, capability in CAPABILITIES[self.role])


def roles() -> list[RoleLine]:
    """Every role, as set now."""
    held = {one.role: one for one in RoleSetting.objects.all()}
    counts = dict(User.objects.filter(is_active=True).order_by().values_list("role").annotate(Count("pk")))

    def line(role: str, label: Text) -> RoleLine:
        one = held.get(role) or RoleSetting(role=role)
        return RoleLine(role, label, Reach(one.reach or REACH[role]), REACH[role], counts.get(role, 0), one.rights)

    return [line(role, label) for role, label in Role.choices]


@dataclass(frozen=True, slots=True)
class RightCell:
    """Whether a role has a right; ``fixed`` says why the reader cannot change it, ``differs`` from the product's own."""

    line: RoleLine
    capability: str
    may: bool
    differs: bool
    fixed: str


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right and who has it."""

    words: Text
    cells: list[RightCell]


def rights_table(lines: list[RoleLine], reader: User) -> list[tuple[Text, list[RightRow]]]:
    """Group by group every right, role by role, as ``reader`` may change it."""

    def cell(line: RoleLine, key: str) -> RightCell:
        return RightCell(line, key, line.may(key), key in line.rights, refusal(reader, line.role, key))

    return [
        (group, [RightRow(words, [cell(line, key) for line in lines]) for key, words in held.items()])
        for group, held in RIGHTS
    ]


def standard_rights(lines: list[RoleLine], by: User) -> dict[str, dict[str, bool]]:
    """The product's own in every place where the company set otherwise and ``by`` may set it back."""
    return {
        line.role: {key: not may for key, may in line.rights.items() if not refusal(by, line.role, key)}
        for line in lines
        if line.rights
    }


def company_name() -> str:
    """What the company calls itself, or the product's name while it has none."""
    told = CompanySetting.objects.values_list("name", flat=True).first()
    return told or str(settings.COMPANY_NAME or settings.PRODUCT_NAME)


def cost_to_serve() -> tuple[int | None, int | None]:
    """What an order and a contact cost, in minor units of the company's currency; None where it is not known."""
    told = CompanySetting.objects.filter(cost_currency=settings.CURRENCY)
    return told.values_list("cost_per_order", "cost_per_contact").first() or (None, None)


def teams() -> QuerySet[Team]:
    """Teams with the number of active members."""
    return Team.objects.select_related("territory").annotate(active=Count("members", filter=Q(members__is_active=True)))
