"""Who is erased is gone from every table, every file and the search index; what was sold stays, and every figure with it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from regulars.channels.actions import log_note
from regulars.commerce.actions import place_order, record_return
from regulars.commerce.actions.orders import Line
from regulars.customers import actions, timeline
from regulars.customers.models import Consent, ErasedMark, Erasing, Event, Merge, Party, PartyRelation
from regulars.customers.privacy import registry
from regulars.customers.privacy.traces import KEPT, PERSONAL
from regulars.customers.queries import personal_data
from regulars.integrations.imports import commands
from regulars.integrations.imports.models import ImportJob
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.reporting.actions import refresh
from regulars.reporting.models import AnalysisResult
from regulars.staff.models import AuditEntry

WORDS = (
    "諸葛獨特", "葛獨特", "Zhugeunique", "zhuge.unique@solitary.example", "0987654321", "987654321", "+886987654321", "孤鷹街七十七號",
    "LONELY-ID-4711", "寂寞的備註", "1971-03-17", "SER-UNIQ-99", "特別的退貨理由", "答應諸葛", "獨立同意書", "舊名諸葛生", "second.unique@solitary.example",
)  # fmt: skip
FILE = """編號,姓名,電子郵件,手機,地址
LONELY-ID-4711,諸葛獨特,zhuge.unique@solitary.example,0987654321,孤鷹街七十七號
COMMON-1,王大同,common@shared.example,0911000111,大同路一號
"""


def line(amount: int) -> Line:
    return Line(amount, description="Tea")


@pytest.fixture
def person(make_user: Callable[..., Any], tmp_path: Path, settings: Any) -> Party:
    """Somebody about whom everything that can be known is known, in every way in which it comes."""
    settings.HOME = tmp_path / "home"
    for folder in ("files", "tmp"):
        (settings.HOME / folder).mkdir(parents=True)
    owner = make_user(username="owner")
    path = tmp_path / "people.csv"
    path.write_text(FILE, encoding="utf-8")
    commands.import_file(path, options={}, kind="customers", source="shop")
    one = Party.objects.get(identifiers__external_id="LONELY-ID-4711")
    actions.change_party(party=one, by=owner, changes={
        "other_name": "Zhugeunique", "birth_date": "1971-03-17", "about": "寂寞的備註", "address": "孤鷹街七十七號", "city": "台北市",
    })  # fmt: skip
    twin = actions.create_party(
        by=owner, name="舊名諸葛生", contact_points=[("email", "second.unique@solitary.example")]
    )
    place_order(
        source="shop",
        number="O-2",
        customer=twin,
        ordered_at=clock.now() - timedelta(days=90),
        lines=[line(70_000)],
        by=owner,
    )
    actions.merge_parties(winner=one, loser=twin, by=owner)
    actions.record_consent(
        party=one, channel="email", state="granted", evidence="獨立同意書", source="獨立同意書", by=owner
    )
    task = actions.add_task(party=one, title="答應諸葛獨特回電", by=owner)
    actions.complete_task(task=task, outcome="諸葛獨特很滿意", by=owner)
    actions.snooze(party=one, until=clock.now() + timedelta(days=3), reason="諸葛獨特出國", by=owner)
    log_note(party=one, text="諸葛獨特說寂寞的備註", by=owner)
    company = actions.create_party(by=owner, name="大公司", kind="organisation")
    actions.add_relation(party=one, other=company, kind="employed_by", title="諸葛獨特之職", by=owner)
    timeline.record(kind="channels.note_written", customer=company, party=one, by=owner, text="在大公司見諸葛獨特")
    actions.add_asset(party=one, name="Kettle", serial="SER-UNIQ-99", note="諸葛獨特的壺", by=owner)
    actions.add_contract(party=one, title="諸葛獨特之約", starts_on=clock.now().date(), terms="寂寞的備註", by=owner)
    order, _new = place_order(
        source="shop",
        number="O-1",
        customer=one,
        ordered_at=clock.now() - timedelta(days=30),
        lines=[line(50_000)],
        by=owner,
    )
    record_return(
        source="shop", number="R-1", customer=one, order=order, returned_at=clock.now(), lines=[line(10_000)], by=owner,
        reason="特別的退貨理由",
    )  # fmt: skip
    client = Client()
    client.force_login(owner)
    client.post("/customers/views/", {"name": "諸葛獨特", "query": "q=諸葛獨特"})
    one.refresh_from_db()
    return one


def tables() -> Iterator[tuple[str, list[Any]]]:
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            yield name, cursor.fetchall()


def readable(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def where_found() -> dict[str, set[str]]:
    """Which words stand where: in which table, in which file of the data folder."""
    found: dict[str, set[str]] = {}
    for name, rows in tables():
        told = "\n".join(readable(value) for row in rows for value in row)
        unescaped = told.encode().decode("unicode_escape", "ignore") if "\\u" in told else ""
        if hits := {word for word in WORDS if word in told or word in unescaped}:
            found[name] = hits
    database = Path(str(connection.settings_dict["NAME"]))
    beside = list(database.parent.glob(f"{database.name}*")) if connection.vendor == "sqlite" else []
    assert beside or connection.vendor != "sqlite", "the file of the database itself is looked at"
    for path in [*Path(settings.HOME).rglob("*"), *beside]:
        held = path.read_bytes() if path.is_file() else b""
        if hits := {word for word in WORDS if word.encode() in held}:
            found[path.name] = hits
    return found


def figures() -> dict[str, Any]:
    return {f"{one.name} {one.params}": one.result for one in AnalysisResult.objects.all()}


def facts() -> list[Any]:
    rows = Event.objects.exclude(kind="customers.erased").order_by("pk")
    return list(
        rows.values_list("pk", "kind", "customer", "occurred_at", "amount", "currency", "quantity", "source_key")
    )


@pytest.mark.django_db(transaction=True)
def test_erased_person_is_nowhere_and_every_figure_stays(person: Party, make_user: Callable[..., Any]) -> None:
    refresh()
    before, entries = figures(), facts()
    sums = person.summary.revenue, person.summary.orders
    found = where_found()
    assert set().union(*found.values()) == set(WORDS), "the test looks where everything is"
    assert "source" in found, "the file that was imported is looked at too"

    actions.erase_person(party=person, by=make_user(username="eraser"), reason="asked")
    actions.sweep_free_space()

    assert where_found() == {}
    refresh(whole=True)
    assert where_found() == {}
    assert facts() == entries
    person.refresh_from_db()
    assert (person.summary.revenue, person.summary.orders) == sums
    assert figures() == before
    assert not Erasing.objects.exists()
    assert person.name == f"Erased person {person.pk}"
    assert person.city == "台北市"


@pytest.mark.django_db
def test_page_and_lists_of_the_erased_answer(person: Party, make_user: Callable[..., Any]) -> None:
    boss = make_user(username="boss")
    actions.erase_person(party=person, by=boss)
    client = Client()
    client.force_login(boss)
    assert f"Erased person {person.pk}" in client.get(f"/customers/{person.pk}/").content.decode()
    assert "O-1" in client.get(f"/customers/{person.pk}/").content.decode()
    for typed in ("諸葛獨特", "0987654321", "zhuge.unique@solitary.example", "LONELY-ID-4711", "Zhugeunique"):
        assert f"/customers/{person.pk}/" not in client.get("/palette/", {"q": typed}).content.decode(), typed
    entry = AuditEntry.objects.get(action="customers.erased")
    assert (entry.actor, entry.object_id) == (boss, person.pk)
    assert not [word for word in WORDS if word in str(entry.detail)]


@pytest.mark.django_db
def test_erased_is_erased_once_and_not_taken_apart(person: Party, make_user: Callable[..., Any]) -> None:
    actions.erase_person(party=person, by=None)
    with pytest.raises(UserError, match="already"):
        actions.erase_person(party=person, by=None)
    with pytest.raises(UserError, match="taken apart"):
        actions.unmerge(merge=Merge.objects.get(), by=None)
    company = Party.objects.get(name="大公司")
    with pytest.raises(UserError, match="Only a person"):
        actions.erase_person(party=company, by=None)
    assert PartyRelation.objects.filter(party=person, other=company, title="").exists()


@pytest.mark.django_db
def test_erased_address_is_recognised_until_it_is_allowed_again(person: Party, make_user: Callable[..., Any]) -> None:
    boss = make_user(username="boss")
    actions.erase_person(party=person, by=boss)
    assert not [word for mark in ErasedMark.objects.all() for word in WORDS if word in mark.digest]
    for kind, raw in (("phone", "0987-654-321"), ("email", "ZHUGE.unique@solitary.example")):
        with pytest.raises(UserError, match="asked to be erased"):
            actions.create_party(by=boss, name="New", contact_points=[(kind, raw)])
    assert actions.allow_again(kind="email", value="zhuge.unique@solitary.example", by=boss)
    assert not actions.allow_again(kind="email", value="zhuge.unique@solitary.example", by=boss)
    actions.create_party(by=boss, name="New", contact_points=[("email", "zhuge.unique@solitary.example")])
    with pytest.raises(UserError):
        actions.create_party(by=boss, name="New", contact_points=[("mobile", "0987654321")])


@pytest.mark.django_db(transaction=True)
def test_person_that_a_backup_brings_back_is_erased_again(person: Party, tmp_path: Path) -> None:
    held = Party.objects.values().get(pk=person.pk)
    actions.erase_person(party=person, by=None, reason="asked")
    person.erasure.marks.all().delete()
    person.erasure.delete()
    Party.objects.filter(pk=person.pk).update(
        **{name: held[name] for name in ("name", "other_name", "address", "created_at")}
    )
    assert actions.reapply_erasures() == 1
    assert actions.reapply_erasures() == 0
    assert Party.objects.get(pk=person.pk).name == f"Erased person {person.pk}"


@pytest.mark.django_db
def test_person_is_told_everything(person: Party) -> None:
    told = personal_data(person).as_json()
    missing = [word for word in WORDS if word not in told and word not in {"舊名諸葛生", "+886987654321"}]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [
    {"evidence": "forged"}, {"state": "withdrawn"}, {"given_at": "2020-01-01 00:00:00+00:00"}, {"evidence": "", "source": ""}, {"purpose": "x"},
])  # fmt: skip
def test_nobody_changes_what_was_said_about_consent(person: Party, change: dict[str, str]) -> None:
    consent = Consent.objects.get(evidence="獨立同意書")
    with pytest.raises(TypeError):
        Consent.objects.filter(pk=consent.pk).update(**change)
    with pytest.raises(TypeError):
        consent.save()
    columns = ", ".join(f"{name} = %s" for name in change)
    for statement, values in (
        (f"UPDATE customers_consent SET {columns} WHERE id = %s", [*change.values(), consent.pk]),
        ("DELETE FROM customers_consent WHERE id = %s", [consent.pk]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    assert Consent.objects.get(pk=consent.pk).evidence == "獨立同意書"


@pytest.mark.django_db
def test_words_of_the_timeline_go_only_while_the_person_is_being_erased(person: Party) -> None:
    event = Event.objects.filter(customer=person).exclude(payload={}).first()
    assert event is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        Event._base_manager.filter(pk=event.pk).update(payload={})
    Erasing.objects.create(party_id=person.pk)
    Event._base_manager.filter(pk=event.pk).update(payload={})
    with pytest.raises(DatabaseError), transaction.atomic():
        Event._base_manager.filter(pk=event.pk).update(amount=1)
    Erasing.objects.all().delete()


TEXTUAL = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    models.BinaryField,
    models.GenericIPAddressField,
)


def party_tables() -> Iterator[type[models.Model]]:
    """Every table with a way to a party, directly or over one step."""
    direct = {
        model for model in apps.get_models() for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Party and model is not Party
    }  # fmt: skip
    facts_of_trade = {"order", "entry", "event"}
    over_one = {
        model for model in apps.get_models() for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in direct and field.name in facts_of_trade
    }  # fmt: skip
    return iter(sorted(direct | over_one, key=lambda model: model._meta.label))


HOLD_NOBODY = {"customers.Erasure", "customers.ErasedMark"}


def test_every_text_that_hangs_on_a_person_is_declared() -> None:
    declared: dict[str, set[str]] = {}
    for trace in registry.traces():
        known = declared.setdefault(trace.model._meta.label, set())
        known |= {
            *trace.clear,
            *trace.keeps,
            *([one.name for one in trace.model._meta.concrete_fields] if trace.delete else []),
        }
    missing = []
    for model in party_tables():
        if model._meta.label in HOLD_NOBODY:
            continue
        texts = {one.name for one in model._meta.concrete_fields if isinstance(one, TEXTUAL)}
        missing += [f"{model._meta.label}.{name}" for name in sorted(texts - declared.get(model._meta.label, set()))]
    assert missing == []


def test_every_text_of_a_party_is_settled() -> None:
    settled = {*PERSONAL, *KEPT, "name", "fold", "custom", "birth_date"}
    texts = {
        one.name
        for one in Party._meta.concrete_fields
        if isinstance(one, (*TEXTUAL, models.DateField)) and not isinstance(one, models.DateTimeField)
    }
    assert texts - settled == set()


@pytest.mark.django_db
def test_imported_consent_goes_with_its_import_and_no_other(person: Party) -> None:
    job = ImportJob.objects.get()
    assert job.batch is not None
    facts = {"party": person, "channel": "sms", "state": "granted", "given_at": clock.now()}
    Consent.objects.create(batch_id=job.batch.pk, **facts)
    kept = Consent.objects.filter(batch_id=None).count()
    actions.undo_batch(batch=job.batch, by=None)
    assert not Consent.objects.filter(batch_id=job.batch.pk).exists()
    assert Consent.objects.filter(batch_id=None).count() == kept == 1


@pytest.mark.django_db
@pytest.mark.parametrize("row", [
    "X-1,新的人,ZHUGE.unique@solitary.example,,", "X-2,新的人,,0987-654-321,", "LONELY-ID-4711,諸葛獨特,,,",
])  # fmt: skip
def test_file_that_brings_the_erased_again_is_not_taken_there(person: Party, tmp_path: Path, row: str) -> None:
    actions.erase_person(party=person, by=None)
    parties = Party.objects.count()
    path = tmp_path / "again.csv"
    path.write_text(f"編號,姓名,電子郵件,手機,地址\n{row}\nNEW-1,李新人,li@new.example,0922333444,\n", encoding="utf-8")
    commands.import_file(path, options={}, kind="customers", source="shop")
    assert Party.objects.count() == parties + 1
    job = ImportJob.objects.first()
    assert job is not None
    assert (job.result["accepted"], job.result["rejected"]) == (1, 1)
    assert "asked to be erased" in str(job.result["first_rejects"])
