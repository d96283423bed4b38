import pytest
from django.urls import reverse

from regulars.staff import setup
from regulars.staff.actions import create_user
from regulars.staff.models import User

pytestmark = pytest.mark.django_db
OWNER = {"name": "Anna", "username": "anna", "password": "a long passphrase"}


@pytest.fixture(autouse=True)
def _nobody_known():
    setup.forget()
    yield
    setup.forget()


def test_empty_system_leads_to_setup(client):
    answer = client.get("/sign-in/")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("staff:setup"))


def test_setup_makes_the_owner_and_signs_in(client):
    answer = client.post(reverse("staff:setup"), OWNER | {"code": setup.code()})
    assert answer.status_code == 302
    owner = User.objects.get()
    assert (owner.username, owner.role) == ("anna", "owner")
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_setup_refuses_a_wrong_code(client):
    answer = client.post(reverse("staff:setup"), OWNER | {"code": "000000000000"})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_setup_is_closed_once_somebody_is_here(client):
    create_user(username="boss", name="Boss", role="owner", password="a long passphrase")
    answer = client.post(reverse("staff:setup"), OWNER | {"code": setup.code()})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("staff:sign_in"))
    assert User.objects.count() == 1


def test_setup_says_what_is_wrong_with_the_password(client):
    answer = client.post(reverse("staff:setup"), OWNER | {"code": setup.code(), "password": "short"})
    assert "at least 10 characters" in answer.content.decode()
    assert not User.objects.exists()
