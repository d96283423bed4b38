"""Passkeys with a real browser and a virtual authenticator: added, used as the second step, used alone, removed."""

from typing import Any

import pytest
from playwright.sync_api import Page

from regulars.staff.models import AuditEntry, Factor, SignIn
from tests.conftest import PASSWORD
from tests.support.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def authenticator(page: Page) -> None:
    """A device that has its own memory and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip


def test_passkey_is_added_then_opens_the_door_with_and_without_a_password(
    browser_page: OpenPage, make_user: Any
) -> None:
    anna = make_user(username="anna")
    page = browser_page(anna, path="/me/")
    authenticator(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("I have kept them").click()
    page.wait_for_url("**/me/")
    assert Factor.objects.get().user == anna

    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Sign-in name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use your passkey").click()
    page.locator(".user-button").wait_for()
    assert SignIn.objects.latest("pk").method == "passkey"

    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.locator(".user-button").wait_for()
    assert SignIn.objects.filter(method="passkey").count() == 2
    assert Factor.objects.get().sign_count > 0


def test_closed_user_s_passkey_opens_nothing(browser_page: OpenPage, make_user: Any) -> None:
    anna = make_user(role="seller", username="anna")
    page = browser_page(anna, path="/me/", problems="allowed")
    authenticator(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("I have kept them").wait_for()
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("This passkey is not known here").wait_for()
    assert AuditEntry.objects.filter(action="staff.sign_in_failed", detail__factor="passkey").exists()


def test_answer_without_a_question_or_of_nonsense_is_refused(client: Any, make_user: Any) -> None:
    make_user(username="anna")
    for told in (
        b"",
        b"[]",
        b"{}",
        b'{"credential": {"id": "x"}}',
        b"[" * 5_000,
        b'{"credential": {"id": ["x"], "rawId": 7}}',
    ):
        client.post("/passkeys/begin/")
        answer = client.post("/passkeys/finish/", told, content_type="application/json")
        assert answer.status_code == 422, told
    assert "_auth_user_id" not in client.session
