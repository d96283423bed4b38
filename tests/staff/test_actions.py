import pytest

from regulars.kit.errors import UserError
from regulars.staff.actions import create_territory, create_user
from regulars.staff.models import User

pytestmark = pytest.mark.django_db


def test_create_user_refuses_a_taken_name_whatever_its_case():
    create_user(username="Anna", name="Anna", role="owner", password="a long passphrase")
    with pytest.raises(UserError, match="taken"):
        create_user(username="anna", name="Anna", role="owner", password="a long passphrase")


@pytest.mark.parametrize(
    ("role", "password"), [("king", "a long passphrase"), ("owner", "short"), ("owner", "password123")]
)
def test_create_user_refuses_unknown_roles_and_weak_passwords(role, password):
    with pytest.raises(UserError):
        create_user(username="anna", name="Anna", role=role, password=password)
    assert not User.objects.exists()


def test_sign_in_ignores_case(client):
    create_user(username="Anna", name="Anna", role="owner", password="a long passphrase")
    assert client.login(username="aNNa", password="a long passphrase")


def test_create_territory_knows_its_path():
    north = create_territory(name="North")
    taipei = create_territory(name="Taipei", parent=north)
    assert taipei.path == f"/{north.pk}/{taipei.pk}/"
