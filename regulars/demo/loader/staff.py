"""Who works at the demonstration company: territories, teams, one login per role and some colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password

from regulars.demo.words import places
from regulars.staff.actions import create_territory
from regulars.staff.models import Role, Team, Territory, User

PASSWORD: Final = "regulars-demo"  # noqa: S105 -- the demonstration's, printed by `regulars init --demo`

# Departments, as the timeline shows them.
SALES, SERVICE, MARKETING, FIELD, MANAGEMENT = "業務部", "客服部", "行銷部", "現場服務部", "營運部"

# Team, its department, its territory.
_TEAMS: Final = (
    ("北區業務", SALES, "北部"),
    ("南區業務", SALES, "南部"),
    ("客服中心", SERVICE, ""),
    ("行銷企劃", MARKETING, ""),
    ("現場服務", FIELD, ""),
    ("營運管理", MANAGEMENT, ""),
)
# Sign-in name, name, role, team, territory, language.
_PEOPLE: Final = (
    ("owner", "周雅琴", Role.OWNER, "營運管理", "", "zh-hant"),
    ("manager", "蔡文彬", Role.MANAGER, "營運管理", "", "zh-hant"),
    ("marketer", "林芷萱", Role.MARKETER, "行銷企劃", "", "zh-hant"),
    ("seller", "陳冠廷", Role.SELLER, "北區業務", "北部", "zh-hant"),
    ("seller2", "Emily Wright", Role.SELLER, "北區業務", "北部", "en"),
    ("seller3", "黃俊宏", Role.SELLER, "南區業務", "南部", "zh-hant"),
    ("agent", "吳佳玲", Role.AGENT, "客服中心", "", "zh-hant"),
    ("agent2", "許博翔", Role.AGENT, "客服中心", "", "en"),
    ("dispatcher", "鄭淑芬", Role.DISPATCHER, "現場服務", "台灣", "zh-hant"),
    ("technician", "張志豪", Role.TECHNICIAN, "現場服務", "北部", "zh-hant"),
    ("analyst", "Daniel Weber", Role.ANALYST, "營運管理", "", "en"),
    ("administrator", "李彥霖", Role.ADMINISTRATOR, "營運管理", "", "zh-hant"),
)  # fmt: skip
_SOLD_BY: Final = {"北部": "北區業務", "中部": "北區業務", "南部": "南區業務", "東部": "南區業務"}


@dataclass(frozen=True)
class Staff:
    """Keys of the people at work, for whoever writes rows in their name."""

    users: dict[str, int]
    cities: list[int]  # territory of each of places.CITIES
    team_of_city: list[int]
    sellers_of_city: list[tuple[int, ...]]

    def agent(self, number: int) -> int:
        """One of the service agents, in turn."""
        return self.users["agent" if number % 2 == 0 else "agent2"]


def load_staff() -> Staff:
    """Write territories, teams and users. All share ``PASSWORD``: hashed once, as hashing is slow on purpose."""
    territories = _territories()
    teams = {
        name: Team.objects.create(name=name, department=department, territory=territories.get(area))
        for name, department, area in _TEAMS
    }
    password = make_password(PASSWORD)
    users = {
        username: User.objects.create(
            username=username, name=name, role=role, team=teams[team], territory=territories.get(area),
            language=language, email=f"{username}@faraway-hills.example", password=password,
        )
        for username, name, role, team, area, language in _PEOPLE
    }  # fmt: skip
    return Staff(
        users={username: user.pk for username, user in users.items()},
        cities=[territories[city.name].pk for city in places.CITIES],
        team_of_city=[teams[_SOLD_BY[city.region]].pk for city in places.CITIES],
        sellers_of_city=[_sellers(users, teams[_SOLD_BY[city.region]]) for city in places.CITIES],
    )


def taken_names() -> list[str]:
    """Sign-in names of the demonstration that somebody already uses."""
    wanted = [username for username, *_ in _PEOPLE]
    return sorted(User.objects.filter(username__in=wanted).values_list("username", flat=True))


def _territories() -> dict[str, Territory]:
    made = {places.HOME: create_territory(name=places.HOME)}
    for region in places.REGIONS:
        made[region] = create_territory(name=region, parent=made[places.HOME])
    for city in places.CITIES:
        made[city.name] = create_territory(name=city.name, parent=made[city.region])
    return made


def _sellers(users: dict[str, User], team: Team) -> tuple[int, ...]:
    return tuple(user.pk for user in users.values() if user.role == Role.SELLER and user.team_id == team.pk)
