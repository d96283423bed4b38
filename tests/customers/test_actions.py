from datetime import date, timedelta

import pytest

from regulars.customers import actions, timeline
from regulars.customers.models import CustomerSummary, Event, EventBody, Party, Revision
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(make_user):
    return make_user(role="owner")


@pytest.fixture
def ming(user):
    return actions.create_party(by=user, family_name="王", given_name="小明")


def test_create_party_has_name_summary_role_and_entry(user):
    party = actions.create_party(
        by=user, family_name="王", given_name="小明", contact_points=[("mobile", "0912-345-678")]
    )
    assert (party.name, party.fold) == ("王小明", "王小明")
    assert CustomerSummary.objects.get(party=party).stage == "recruit"
    assert party.roles.get().role == "prospect"
    assert party.contact_points.get().normalised == "+886912345678"
    assert Event.objects.get(customer=party).kind == "customers.created"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": " \u200b "},
        {"name": "x" * 201},
        {"name": "A", "birth_date": date(2999, 1, 1)},
        {"name": "A", "kind": "robot"},
    ],
)
def test_create_party_refuses_bad_values_and_leaves_nothing(user, fields):
    with pytest.raises(UserError):
        actions.create_party(by=user, **fields)
    assert not Party.objects.exists()


def test_change_party_keeps_before_and_after(user, ming):
    revision = actions.change_party(party=ming, changes={"city": "台北", "custom.size": 9}, by=user, version=1)
    assert (revision.before, revision.after) == ({"city": "", "custom": {}}, {"city": "台北", "custom": {"size": 9}})
    assert (ming.city, ming.version) == ("台北", 2)


def test_change_party_without_difference_writes_nothing(user, ming):
    assert actions.change_party(party=ming, changes={"city": ""}, by=user) is None
    assert not Revision.objects.filter(table="customers.party").exists()


def test_change_party_renames_from_parts(user, ming):
    actions.change_party(party=ming, changes={"given_name": "大明"}, by=user)
    assert (ming.name, ming.fold) == ("王大明", "王大明")


def test_change_party_refuses_to_overwrite_an_unseen_change(user, ming):
    stale = Party.objects.get(pk=ming.pk)
    actions.change_party(party=ming, changes={"city": "台北"}, by=user, version=1)
    with pytest.raises(Conflict) as caught:
        actions.change_party(party=stale, changes={"city": "高雄"}, by=user, version=1)
    assert (caught.value.current, caught.value.offered) == ("台北", "高雄")
    actions.change_party(party=stale, changes={"region": "南部"}, by=user, version=1)
    assert Party.objects.get(pk=ming.pk).city == "台北"


def test_undo_revision_gives_back_only_what_is_unchanged_since(user, ming):
    first = actions.change_party(party=ming, changes={"city": "台北", "region": "北部"}, by=user)
    actions.change_party(party=ming, changes={"region": "中部"}, by=user)
    assert actions.undo_revision(revision=first, by=user)
    ming.refresh_from_db()
    assert (ming.city, ming.region) == ("", "中部")


def test_undo_restores_dates_and_people(user, ming):
    revision = actions.change_party(party=ming, changes={"birth_date": date(1990, 1, 2), "owner": user}, by=user)
    ming.refresh_from_db()
    assert (ming.birth_date, ming.owner_id) == (date(1990, 1, 2), user.pk)
    actions.undo_revision(revision=revision, by=user)
    ming.refresh_from_db()
    assert (ming.birth_date, ming.owner_id) == (None, None)


def test_bulk_change_is_one_act_that_is_undone_once(user):
    parties = [actions.create_party(by=user, name=f"Party {n}", city="A" if n else "B") for n in range(3)]
    batch = actions.bulk_change(party_ids=[p.pk for p in parties], changes={"city": "B", "owner": user}, by=user)
    assert set(Party.objects.values_list("city", "owner")) == {("B", user.pk)}
    assert actions.undo_batch(batch=batch, by=user) == 3
    assert sorted(Party.objects.values_list("city", flat=True)) == ["A", "A", "B"]
    with pytest.raises(UserError, match="already"):
        actions.undo_batch(batch=batch, by=user)


def test_trash_and_undo(user, ming):
    batch = actions.trash_parties(party_ids=[ming.pk], by=user)
    assert not Party.objects.live().exists()
    actions.undo_batch(batch=batch, by=user)
    assert Party.objects.live().get() == ming


def test_contact_points_are_once_and_one_is_preferred(user, ming):
    first = actions.add_contact_point(party=ming, kind="email", raw="Ming@Example.com", by=user)
    again = actions.add_contact_point(party=ming, kind="email", raw="ming@example.com ", by=user)
    second = actions.add_contact_point(party=ming, kind="email", raw="w@example.com", by=user, preferred=True)
    assert first.pk == again.pk
    assert list(ming.contact_points.filter(preferred=True)) == [second]
    actions.end_contact_point(point=second, by=user)
    assert not ming.contact_points.filter(preferred=True).exists()
    revived = actions.add_contact_point(party=ming, kind="email", raw="w@example.com", by=user)
    assert (revived.pk, revived.ended_at) == (second.pk, None)


@pytest.mark.parametrize(("kind", "raw"), [("email", "nobody"), ("mobile", "12"), ("phone", "call me"), ("line", "  ")])
def test_contact_points_refuse_what_is_no_address(user, ming, kind, raw):
    with pytest.raises(UserError):
        actions.add_contact_point(party=ming, kind=kind, raw=raw, by=user)


def test_consent_is_appended_and_told(user, ming):
    actions.record_consent(party=ming, channel="email", state="granted", by=user, evidence="form 12")
    actions.record_consent(party=ming, channel="email", state="withdrawn", by=user)
    assert list(ming.consents.order_by("id").values_list("state", flat=True)) == ["granted", "withdrawn"]
    assert Event.objects.filter(customer=ming, kind__startswith="customers.consent").count() == 2
    with pytest.raises(UserError):
        actions.record_consent(party=ming, channel="email", state="perhaps", by=user)


def test_relations_fit_and_never_lead_in_a_circle(user, ming):
    boss = actions.create_party(by=user, name="Boss")
    company = actions.create_party(by=user, name="Company", kind="organisation")
    actions.add_relation(party=ming, other=boss, kind="reports_to", by=user)
    with pytest.raises(UserError, match="cannot report"):
        actions.add_relation(party=boss, other=ming, kind="reports_to", by=user)
    with pytest.raises(UserError, match="would have to be"):
        actions.add_relation(party=ming, other=boss, kind="employed_by", by=user)
    relation = actions.add_relation(party=ming, other=company, kind="employed_by", by=user, valid_from=date(2020, 1, 1))
    assert actions.add_relation(party=ming, other=company, kind="employed_by", by=user) == relation
    with pytest.raises(UserError, match="before it began"):
        actions.end_relation(relation=relation, by=user, on=date(2019, 1, 1))
    actions.end_relation(relation=relation, by=user)
    assert not ming.relations.filter(kind="employed_by", valid_to=None).exists()


def test_tasks_keep_the_summary(user, ming):
    later = clock.now() + timedelta(days=2)
    promise = actions.add_task(party=ming, title="Call back", by=user, kind="promise", due_at=later)
    actions.add_task(party=ming, title="Send papers", by=user)
    summary = CustomerSummary.objects.get(party=ming)
    assert (summary.open_tasks, summary.open_promises, summary.next_activity_at) == (2, 1, later)
    actions.complete_task(task=promise, by=user, outcome="reached")
    actions.complete_task(task=promise, by=user, outcome="again")
    summary.refresh_from_db()
    assert (summary.open_tasks, summary.open_promises, summary.next_activity_at, promise.outcome) == (
        1,
        0,
        None,
        "reached",
    )
    assert Event.objects.filter(kind="customers.task_done").count() == 1
    actions.reopen_task(task=promise, by=user)
    summary.refresh_from_db()
    assert summary.open_promises == 1


def test_rebuilt_summary_equals_the_live_one(user, ming):
    actions.add_task(party=ming, title="Call back", by=user, kind="complaint", due_at=clock.now())
    live = CustomerSummary.objects.filter(party=ming).values().get()
    CustomerSummary.objects.filter(party=ming).update(open_tasks=9, open_complaints=9, next_activity_at=None)
    actions.rebuild_activity()
    assert CustomerSummary.objects.filter(party=ming).values().get() == live


def test_snooze_needs_a_day_in_the_future(user, ming):
    with pytest.raises(UserError):
        actions.snooze(party=ming, until=clock.now(), by=user)
    actions.snooze(party=ming, until=clock.now() + timedelta(days=1), by=user, reason="on holiday")
    assert ming.snoozes.get().reason == "on holiday"


def test_record_many_may_be_replayed(ming):
    entries = [
        timeline.NewEvent("customers.created", ming.pk, clock.now(), source="feed", source_key=str(n), text=f"text {n}")
        for n in range(5)
    ]
    for _ in range(2):
        timeline.record_many(entries, batch_size=2)
    assert Event.objects.filter(source="feed").count() == 5
    assert EventBody.objects.filter(event__source="feed").count() == 5


def test_subscribers_hear_after_commit_only(ming, django_capture_on_commit_callbacks):
    heard = []
    timeline.subscribe("customers.created", heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            event = timeline.record(kind="customers.created", customer=ming)
            assert heard == []
        assert heard == [event]
    finally:
        timeline._subscribers["customers.created"].remove(heard.append)


def test_ensure_summaries_fills_gaps_like_the_model(user):
    made = actions.create_party(by=user, name="Made")
    bare = Party.objects.create(name="Bare")
    assert actions.ensure_summaries() == 1
    ignore = {"party_id"}
    rows = {row.pop("party_id"): row for row in CustomerSummary.objects.values()}
    assert {k: v for k, v in rows[made.pk].items() if k not in ignore} == rows[bare.pk]
