"""How long mails are kept as they came: the rule drops copies, messages and their files stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.channels.email import keeping, store
from regulars.channels.email.actions import release, take_in
from regulars.channels.email.models import Mail
from regulars.channels.inbox.models import Entry
from regulars.customers.actions import carry_out, set_rule
from regulars.customers.models import Party, RetentionRule
from regulars.customers.queries.retention import affected, due
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry
from tests.support.mails import written

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


def came(days: int, **facts: Any) -> Mail:
    return take_in(written(**facts), source="test", received_at=clock.now() - timedelta(days=days))


def test_copies_go_after_their_time_and_messages_stay(ming: Party, make_user: MakeUser) -> None:
    old, young = came(200, subject="Old"), came(10, subject="Young")
    spam = came(200, subject="Buy", headers={"X-Spam-Flag": "YES"})
    paths = {one.pk: store._path(one.file) for one in (old, young, spam)}
    said = Entry.objects.get(ref=old.ref).text
    rule = set_rule(act=keeping.ACT, days=180, by=None, active=True)
    assert set(affected(rule)) == {old, spam}
    assert carry_out(rule=rule) == 2
    assert {pk: path.exists() for pk, path in paths.items()} == {old.pk: False, young.pk: True, spam.pk: False}
    assert set(Mail.objects.filter(file="")) == {old, spam}
    assert (said, Entry.objects.get(ref=old.ref).text) == ("請問還有高山茶嗎？", said)
    assert Mail.objects.get(pk=old.pk).subject == "Old"
    assert AuditEntry.objects.get(action="customers.retention_ran").detail == {
        "act": "drop_mails",
        "days": 180,
        "count": 2,
    }
    assert carry_out(rule=rule) == 0
    with pytest.raises(UserError, match="no longer kept"):
        release(Mail.objects.get(pk=spam.pk), by=make_user())


def test_a_mail_that_comes_again_is_still_the_same(ming: Party) -> None:
    raw = written(subject="Again")
    mail = take_in(raw, source="imap", received_at=clock.now() - timedelta(days=200))
    carry_out(rule=set_rule(act=keeping.ACT, days=180, by=None, active=True))
    assert take_in(raw, source="lmtp").pk == mail.pk
    assert Entry.objects.count() == 1


def test_whatever_breaks_off_is_done_the_next_night(ming: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = [came(200, subject=f"Letter {number}") for number in range(3)]
    rule = set_rule(act=keeping.ACT, days=180, by=None, active=True)
    remove, tried = store.remove, list[str]()

    def fails_once(path: str) -> None:
        tried.append(path)
        if len(tried) == 2:
            raise OSError("the disk is away")
        remove(path)

    monkeypatch.setattr(store, "remove", fails_once)
    with pytest.raises(OSError, match="away"):
        carry_out(rule=rule)
    assert rule.last_run_at is None
    assert carry_out(rule=rule) == 3
    assert Mail.objects.filter(pk__in=[one.pk for one in mails], file="").count() == 3


def test_the_rule_is_made_on_screen_with_its_usual_days_and_told_beside_the_mailboxes(
    client: Client, make_user: MakeUser, ming: Party
) -> None:
    came(200)
    client.force_login(make_user())
    assert "For ever: no rule is switched on." in client.get("/settings/mailboxes/").content.decode()
    assert client.post("/privacy/rules/", {"act": "drop_mails", "days": "", "stages": ["divorce"]}).status_code == 422
    assert client.post("/privacy/rules/", {"act": "drop_letters", "days": ""}).status_code == 422
    assert not RetentionRule.objects.exists()
    client.post("/privacy/rules/", {"act": "drop_mails", "days": ""})
    rule = RetentionRule.objects.get()
    assert (rule.days, rule.active, due()) == (180, False, [])
    shown = client.get("/privacy/").content.decode()
    assert "Drop copies of mails as they came" in shown
    assert "after 180 days" in shown
    client.post(f"/privacy/rules/{rule.pk}/on/")
    assert "180 days; then the copy goes" in client.get("/settings/mailboxes/").content.decode()
    client.force_login(make_user(role="agent"))
    assert client.post("/privacy/rules/", {"act": "drop_mails", "days": "1"}).status_code == 403
