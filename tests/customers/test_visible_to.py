import pytest

from regulars.customers import choices
from regulars.customers.models import Party
from regulars.staff.actions import create_territory
from regulars.staff.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_user):
    north, south = create_territory(name="North"), create_territory(name="South")
    taipei = create_territory(name="Taipei", parent=north)
    team, other_team = Team.objects.create(name="A"), Team.objects.create(name="B")
    seller = make_user(role="seller", team=team)
    technician = make_user(role="technician", team=team)
    dispatcher = make_user(role="dispatcher", team=other_team, territory=north)
    parties = {
        "sellers": Party.objects.create(name="sellers", owner=seller),
        "teams": Party.objects.create(name="teams", team=team),
        "taipei": Party.objects.create(name="taipei", territory=taipei),
        "south": Party.objects.create(name="south", territory=south, team=other_team),
        "nobodys": Party.objects.create(name="nobodys"),
        "technicians": Party.objects.create(name="technicians", owner=technician),
    }
    return {
        "seller": seller,
        "technician": technician,
        "dispatcher": dispatcher,
        "analyst": make_user(role="analyst"),
        "parties": parties,
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("seller", {"sellers", "teams"}),
        ("technician", {"technicians"}),
        ("dispatcher", {"taipei", "south"}),
        ("analyst", {"sellers", "teams", "taipei", "south", "nobodys", "technicians"}),
    ],
)
def test_visible_to_follows_the_reach_of_the_role(world, who, seen):
    assert set(Party.objects.visible_to(world[who]).values_list("name", flat=True)) == seen


def test_a_territory_whose_number_begins_alike_is_not_below(world, make_user):
    first = create_territory(name="X")
    first.path = "/1/"
    first.save()
    Party.objects.create(name="eleven", territory=create_territory(name="Y"))
    Party.objects.filter(name="eleven").update(territory=_with_path("/11/"))
    user = make_user(role="dispatcher", territory=first)
    assert "eleven" not in set(Party.objects.visible_to(user).values_list("name", flat=True))


def _with_path(path):
    territory = create_territory(name=path)
    territory.path = path
    territory.save()
    return territory


@pytest.mark.parametrize(("who", "cities"), [("owner", ["台中", "台北"]), ("seller", ["台北"])])
def test_cities_to_choose_from_are_those_of_customers_seen(make_user, who, cities):
    users = {role: make_user(role=role) for role in ("owner", "seller")}
    for owner, city in ((users["seller"], "台北"), (users["owner"], "台中"), (users["owner"], "")):
        Party.objects.create(name="客", fold="客", city=city, owner=owner)
    assert [one.value for one in choices.cities(users[who])] == cities
