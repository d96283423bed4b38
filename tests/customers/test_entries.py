from datetime import timedelta

import pytest
from django.urls import reverse

from regulars.customers import actions
from regulars.customers.models import Event
from regulars.customers.page.build import read_timeline
from regulars.customers.page.entries import day_label, days_of
from regulars.customers.queries.entries import After, Wanted, facets, page_of_entries, read_after
from regulars.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def party(make_user):
    return actions.create_party(by=make_user(), name="陳美玲")


def add(party, count, *, kind="channels.note_written", minutes=0, **facts):
    moment = clock.now() - timedelta(days=2, minutes=minutes)
    rows = [Event(customer=party, kind=kind, occurred_at=moment, **facts) for _ in range(count)]
    return Event.objects.bulk_create(rows)


def test_pages_of_the_timeline_show_every_entry_once_although_moments_are_equal(party):
    add(party, 7)
    add(party, 5, minutes=3)
    shown, after = [], None
    for _ in range(20):
        events, after = page_of_entries(party, Wanted(), after, size=3)
        shown += [event.pk for event in events]
        if after is None:
            break
    assert len(shown) == len(set(shown)) == 13
    moments = list(Event.objects.filter(pk__in=shown).values_list("pk", "occurred_at"))
    by_pk = dict(moments)
    assert shown == sorted(shown, key=lambda pk: (by_pk[pk], pk), reverse=True)


def test_position_survives_the_address():
    after = After(clock.now(), 7)
    assert read_after(str(after)) == after
    for broken in ("", "x~1", "2026-01-01T00:00:00~1", "~", f"{after.occurred_at.isoformat()}~x"):
        assert read_after(broken) is None


def test_timeline_is_narrowed_by_group_channel_and_department(party):
    add(party, 2, kind="channels.call_logged", channel="phone", department="sales")
    add(party, 3, kind="commerce.order_placed", channel="web")
    add(party, 1, kind="gadget.broken")
    assert len(page_of_entries(party, Wanted(group="trade"))[0]) == 3
    assert len(page_of_entries(party, Wanted(group="contact"))[0]) == 2
    assert len(page_of_entries(party, Wanted(group="other"))[0]) == 1
    assert len(page_of_entries(party, Wanted(channel="phone"))[0]) == 2
    assert len(page_of_entries(party, Wanted(department="sales"))[0]) == 2
    told = facets(party)
    assert told.groups == ["contact", "trade", "record", "other"]
    assert told.channels == ["phone", "web"]
    assert told.departments == ["sales"]


def test_retracted_and_superseded_entries_are_not_shown(party):
    first, second, third = add(party, 3)
    Event.objects.filter(pk=first.pk).update(retracted_in=1)
    Event.objects.create(customer=party, kind="channels.note_written", occurred_at=clock.now(), supersedes=second)
    shown = {event.pk for event in page_of_entries(party, Wanted(group="contact"))[0]}
    assert first.pk not in shown
    assert second.pk not in shown
    assert third.pk in shown


def test_days_are_days_of_the_company(party, settings):
    settings.TIME_ZONE = "Asia/Taipei"
    now = clock.now()
    assert day_label(now.date()) in {"Today", "Yesterday"}
    event = add(party, 1)[0]
    assert [len(day.entries) for day in days_of([event, event], seen=())] == [2]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Account management → Pre-divorce"), ("zh-hant", "帳戶管理 → 潛在離婚")]
)
def test_stage_moves_are_said_in_the_readers_language_with_their_reasons(client, make_user, party, language, said):
    reason = {"code": "stage.silent_then", "values": {"silence_days": 80, "usual_days": 20}}
    add(
        party,
        1,
        kind="customers.stage_changed",
        payload={"from": "account_management", "to": "pre_divorce", "reasons": [reason]},
    )
    client.force_login(make_user(language=language))
    body = client.get(reverse("customers:timeline", args=[party.pk])).content.decode()
    assert said in body
    assert "80" in body


def test_broken_position_and_unknown_group_are_answered(client, make_user, party):
    client.force_login(make_user())
    address = reverse("customers:timeline", args=[party.pk])
    assert client.get(address, {"after": "nonsense", "group": "nope"}).status_code == 200


def test_of_others_on_a_timeline_only_those_whom_the_reader_may_see_are_named(make_user):
    seller, stranger = make_user(role="technician"), make_user(role="technician")
    company = actions.create_party(by=seller, name="好鄰居公司", kind="organisation", owner=seller)
    other = actions.create_party(by=stranger, name="林祕書", owner=stranger)
    Event.objects.create(customer=company, party=other, kind="channels.call_logged", occurred_at=clock.now())
    named = [
        [entry.with_whom for day in read_timeline(company, user, Wanted()).days for entry in day.entries]
        for user in (seller, make_user(role="owner"))
    ]
    assert "林祕書" not in named[0]
    assert "林祕書" in named[1]
