import pytest
from django.core.cache import cache

from regulars.web import throttle
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_count():
    cache.clear()
    yield
    cache.clear()


def sign_in(client, username, password, address="10.0.0.1"):
    return client.post("/sign-in/", {"username": username, "password": password}, REMOTE_ADDR=address)


def test_after_ten_wrong_tries_even_the_right_password_has_to_wait(client, make_user):
    make_user(username="anna")
    for _ in range(throttle.TRIES):
        assert "do not belong together" in sign_in(client, "anna", "wrong").content.decode()
    answer = sign_in(client, "ANNA", PASSWORD)
    assert answer.status_code == 200
    assert "Too many wrong tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_others_and_other_addresses_need_not_wait(client, make_user):
    make_user(username="anna")
    make_user(username="bert")
    for _ in range(throttle.TRIES):
        sign_in(client, "anna", "wrong")
    assert sign_in(client, "bert", PASSWORD).status_code == 302
    client.logout()
    assert sign_in(client, "anna", PASSWORD, address="10.0.0.2").status_code == 302


def test_a_right_password_ends_the_count(client, make_user):
    make_user(username="anna")
    for _ in range(throttle.TRIES - 1):
        sign_in(client, "anna", "wrong")
    assert sign_in(client, "anna", PASSWORD).status_code == 302
    client.logout()
    assert "do not belong together" in sign_in(client, "anna", "wrong").content.decode()
