"""The outbox on the screen: whom one sees, why a message stands where it stands, and words that can do nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.channels.models import Message
from regulars.channels.outbox import tasks
from regulars.customers.models import Party
from tests.channels.outbox.conftest import Put

pytestmark = pytest.mark.django_db
EVIL = "<p>您好</p><script>alert(1)</script><img src='https://tracker.example/p.gif'>"


@pytest.fixture
def client(make_user: Callable[..., Any]) -> Client:
    client = Client()
    client.force_login(make_user(role="marketer"))
    return client


def test_list_tells_where_each_message_stands(client: Client, put: Put) -> None:
    put(subject="第一封")
    put(subject="第二封", address="")
    tasks.send_batch(list(Message.objects.values_list("pk", flat=True)))
    page = client.get("/outbox/").content.decode()
    for words in ("第一封", "Kept here", "第二封", "Held back", "There is no address for this channel.", "王小明"):
        assert words in page, words
    assert "第二封" not in client.get("/outbox/?state=sent").content.decode()


def test_panel_shows_the_words_as_words(client: Client, put: Put) -> None:
    message = put(text="<b>明天</b>見", html=EVIL)
    page = client.get(f"/outbox/?open={message.pk}").content.decode()
    assert "&lt;b&gt;明天&lt;/b&gt;見" in page
    assert "<script>alert(1)" not in page
    assert f'<iframe class="message-frame" sandbox src="/outbox/{message.pk}/content/"' in page


def test_frame_can_do_nothing(client: Client, put: Put) -> None:
    answer = client.get(f"/outbox/{put(html=EVIL).pk}/content/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy.split("; ")
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get(f"/outbox/{put().pk}/content/").status_code == 404


def test_messages_to_customers_one_does_not_see_are_not_seen(
    make_user: Callable[..., Any], put: Put, party: Party
) -> None:
    message = put(html=EVIL)
    client, technician = Client(), make_user(role="technician")
    client.force_login(technician)
    assert "王小明" not in client.get("/outbox/").content.decode()
    assert client.get(f"/outbox/{message.pk}/content/").status_code == 404
    Party.objects.filter(pk=party.pk).update(owner=technician)
    assert "王小明" in client.get("/outbox/").content.decode()


def test_outbox_speaks_chinese(make_user: Callable[..., Any], put: Put) -> None:
    put(address="")
    tasks.send_batch(list(Message.objects.values_list("pk", flat=True)))
    client = Client()
    client.force_login(make_user(language="zh-hant"))
    page = client.get("/outbox/").content.decode()
    assert "寄件匣" in page
    assert "沒有此管道的聯絡方式。" in page
