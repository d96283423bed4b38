"""The frame and what every answer carries: sign-in, language, theme, headers, palette, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.web import palette, places
from regulars.web.middleware import SentencesForPeople
from regulars.web.palette import Action
from regulars.web.places import Place
from regulars.web.resources import Resource

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def english_afterwards() -> Any:
    yield
    translation.activate("en")


def test_everything_asks_for_a_sign_in(people: Resource, client: Client, make_user: Any) -> None:
    make_user()
    assert client.get("/people/").headers["Location"] == "/sign-in/?next=/people/"
    part = client.get("/people/", headers=HTMX)
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/?next=/people/")
    assert client.get("/sign-in/").status_code == 200


def test_signing_in_and_out(client: Client, make_user: Any) -> None:
    user = make_user(username="wang")
    wrong = client.post("/sign-in/", {"username": "wang", "password": "no"})
    assert "do not belong together" in wrong.content.decode()
    assert client.post("/sign-in/?next=/patterns/", {"username": "WANG", "password": "correct horse battery", "next": "/patterns/"}).headers[
        "Location"
    ] == "/patterns/"  # fmt: skip
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


def test_sign_in_does_not_lead_off_the_machine(client: Client, make_user: Any) -> None:
    make_user(username="wang")
    data = {"username": "wang", "password": "correct horse battery", "next": "https://evil.example/"}
    assert "evil" not in client.post("/sign-in/", data).headers["Location"]


def test_every_answer_carries_the_security_headers(client: Client, make_user: Any) -> None:
    make_user()
    headers = client.get("/sign-in/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] != ""


@pytest.mark.parametrize(("asked", "expected"), [("zh-TW,zh;q=0.9", "zh-Hant"), ("de,en;q=0.5", "en"), ("fr", "en")])
def test_language_before_the_sign_in_is_the_browser_s(
    client: Client, make_user: Any, asked: str, expected: str
) -> None:
    make_user()
    page = client.get("/sign-in/", headers={"Accept-Language": asked})
    assert f'<html lang="{expected}"' in page.content.decode()


def test_language_is_kept_on_the_user_and_in_a_cookie(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    answer = client.post("/language/", {"language": "zh-hant", "next": "/people/"})
    assert answer.headers["Location"] == "/people/"
    client.user.refresh_from_db()  # type: ignore[attr-defined]
    assert client.user.language == "zh-hant"  # type: ignore[attr-defined]
    assert client.cookies["django_language"].value == "zh-hant"
    page = client.get("/people/", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hant"' in page.content.decode()
    assert page.headers["Content-Language"] == "zh-hant"


@pytest.mark.parametrize("address", ["/language/", "/theme/"])
def test_preferences_refuse_what_does_not_exist_and_lead_nowhere_else(sign_in: SignIn, address: str) -> None:
    client, name = sign_in(), address.strip("/")
    assert client.post(address, {name: "klingon"}).status_code == 400
    value = {"language": "en", "theme": "dark"}[name]
    assert client.post(address, {name: value, "next": "https://evil.example/"}).headers["Location"] == "/"
    assert client.get(address).status_code == 405


def test_theme_is_kept(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    assert 'data-theme="system"' in client.get("/people/").content.decode()
    client.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/people/").content.decode()


def test_rail_shows_only_where_one_may_go(people: Resource, sign_in: SignIn) -> None:
    places.register(Place("secret", "Secret", "lock", "web:patterns", 50, rule="settings.manage"))
    try:
        assert "Secret" in [str(line.place.label) for line in sign_in("owner").get("/people/").context["frame"].lines]
        seen = [str(line.place.label) for line in sign_in("agent").get("/people/").context["frame"].lines]
        assert "Secret" not in seen
        assert "People" in seen
    finally:
        places.unregister("secret")


def test_rail_marks_where_one_is(people: Resource, sign_in: SignIn) -> None:
    lines = sign_in().get("/people/?q=x").context["frame"].lines
    assert [line.place.key for line in lines if line.current] == ["people"]


def test_palette_finds_places_actions_and_records(people: Resource, sign_in: SignIn) -> None:
    palette.register_action(Action("try", "Try it out", "web:patterns", words="experiment"))
    palette.register_action(Action("secret", "Secret act", "web:patterns", rule="settings.manage"))
    try:
        client = sign_in("agent", name="王小明")
        assert "/people/" in client.get("/palette/?q=peop").content.decode()
        assert "Try it out" in client.get("/palette/?q=EXPERIMENT").content.decode()
        assert "Secret act" not in client.get("/palette/?q=secret").content.decode()
        found = client.get("/palette/?q=小明").content.decode()
        assert "王小明" in found
        assert f"/full/{client.user.pk}/" in found  # type: ignore[attr-defined]
        assert "Nothing is called" in client.get("/palette/?q=zzzz").content.decode()
    finally:
        palette.forget("try")
        palette.forget("secret")


def test_palette_escapes_what_was_typed(sign_in: SignIn) -> None:
    assert "<b>" not in sign_in().get("/palette/?q=<b>").content.decode()


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "There is nothing at this address"), ("zh-hant", "這個網址沒有內容")]
)
def test_missing_page_says_so_in_the_reader_s_language(sign_in: SignIn, language: str, sentence: str) -> None:
    answer = sign_in(language=language).get("/no/such/page/")
    assert answer.status_code == 404
    assert sentence in answer.content.decode()


def test_form_without_its_token_is_refused_with_a_sentence(make_user: Any) -> None:
    make_user()
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()


def test_broken_page_needs_neither_user_nor_database() -> None:
    from regulars.web.views.errors import broken

    answer = broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status"), [(UserError("No."), 422), (Forbidden("Not you."), 403), (Conflict("Changed."), 409)]
)
def test_error_meant_for_people_is_an_answer(people: Resource, make_user: Any, error: UserError, status: int) -> None:
    middleware = SentencesForPeople(lambda request: HttpResponse())
    request = _request(make_user())
    page = middleware.process_exception(request, error)
    assert page is not None
    assert (page.status_code, str(error) in page.content.decode()) == (status, True)
    part = middleware.process_exception(_request(make_user(), htmx=True), error)
    assert part is not None
    assert (part.status_code, part.headers["HX-Reswap"]) == (status, "none")


def test_other_errors_stay_defects(make_user: Any) -> None:
    assert (
        SentencesForPeople(lambda request: HttpResponse()).process_exception(_request(make_user()), ValueError())
        is None
    )


def _request(user: Any, *, htmx: bool = False) -> HttpRequest:
    from django.contrib.messages.storage.cookie import CookieStorage

    request = RequestFactory().get("/people/", headers=HTMX if htmx else {})
    request.user = user
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_toast_travels_with_an_htmx_answer(people: Resource, sign_in: SignIn) -> None:
    client = sign_in()
    answer = client.post("/people/views/", {"name": ""}, headers=HTMX)
    (toast,) = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"]
    assert toast["text"] == "Give the view a name."
    assert client.get("/people/").context["frame"].toasts() == []


def test_patterns_show_both_languages_and_themes(sign_in: SignIn) -> None:
    page = sign_in().get("/patterns/").content.decode()
    assert page.count('class="pattern-set" data-theme="dark"') == 2
    assert page.count('lang="zh-Hant"') >= 2
    assert "潛在離婚" in page
    assert "Pre-divorce" in page


def test_toast_waits_for_the_page_that_shows_it(sign_in: SignIn) -> None:
    client = sign_in()
    client.post("/settings/company/", {"name": "遠山旅禮"})
    part = client.get("/users/?part=rows", headers={"HX-Request": "true"})
    assert "HX-Trigger" not in part.headers
    assert '"text": "Saved"' in client.get("/users/").content.decode()
    assert '"text": "Saved"' not in client.get("/users/").content.decode()
