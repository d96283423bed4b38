"""The search index: what finds whom in which order, that it stays true whoever writes, and that it tells nothing hidden."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.commerce.models import Order
from regulars.customers import actions, search
from regulars.customers.models import ContactPoint, CustomerSummary, Identifier, Party, SearchDocument, SearchMark
from regulars.customers.queries.search import find_parties, likeliest
from regulars.customers.search import Quality, lookup
from regulars.kit import clock
from tests.customers.conftest import HIDDEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def people(owner):
    """A small town: names in two scripts, companies, numbers."""
    make = actions.create_party
    made = [
        make(by=owner, name="陳怡君", contact_points=[("mobile", "0912 345 678"), ("email", "yichun.chen@acme.example")]),
        make(by=owner, name="陳怡君", other_name="Yi-Chun Chen", identifiers=[("card", "VIP-0042")]),
        make(by=owner, name="王小明", other_name="Jonathan Wang", identifiers=[("erp", "C000123")]),
        make(by=owner, name="Jonathan O'Brien-Smith", contact_points=[("phone", "02-2712-3456")]),
        make(by=owner, name="José Núñez"),
        make(by=owner, name="臺灣積體電路製造股份有限公司", other_name="台積電", kind="organisation", identifiers=[("tax_id", "22099131")]),
        make(by=owner, name="大同家", kind="household"),
        make(by=owner, name="Иван Петров"),
        make(by=owner, name="田中タロウ"),
        make(by=owner, name="김민수"),
    ]  # fmt: skip
    Order.objects.create(
        source="shop", number="SO-2024-0007", customer=made[2], ordered_at=clock.now(), currency="TWD", amount=1
    )
    return made


def names(typed, rows=None):
    hits = search.find(rows if rows is not None else Party.objects.live(), typed)
    called = Party.objects.in_bulk(search.ids_of(hits))
    return [called[hit.party].name for hit in hits]


EXACT = [
    ("陳", {"陳怡君"}), ("怡君", {"陳怡君"}), ("陳怡君", {"陳怡君"}), ("陳 怡君", {"陳怡君"}), ("怡", {"陳怡君"}), ("陈怡君", {"陳怡君"}),
    ("小明", {"王小明"}), ("jonathan", {"王小明", "Jonathan O'Brien-Smith"}), ("wang jon", {"王小明"}), ("JON", {"王小明", "Jonathan O'Brien-Smith"}),
    ("obrien", {"Jonathan O'Brien-Smith"}), ("o'brien", {"Jonathan O'Brien-Smith"}), ("smith", {"Jonathan O'Brien-Smith"}), ("j", {"Jonathan O'Brien-Smith", "José Núñez"}),
    ("jose nunez", {"José Núñez"}), ("JOSÉ", {"José Núñez"}), ("台積電", {"臺灣積體電路製造股份有限公司"}), ("臺積電", {"臺灣積體電路製造股份有限公司"}),
    ("台灣積體電路製造股份有限公司", {"臺灣積體電路製造股份有限公司"}), ("積體電路", {"臺灣積體電路製造股份有限公司"}), ("台灣積體電路製造", {"臺灣積體電路製造股份有限公司"}),
    ("22099131", {"臺灣積體電路製造股份有限公司"}), ("大同", {"大同家"}), ("иван", {"Иван Петров"}), ("петр", {"Иван Петров"}), ("タロウ", {"田中タロウ"}), ("ﾀﾛｳ", {"田中タロウ"}),
    ("민수", {"김민수"}), ("0912345678", {"陳怡君"}), ("0912-345-678", {"陳怡君"}), ("+886 912 345 678", {"陳怡君"}), ("886912345678", {"陳怡君"}),
    ("００８８６９１２３４５６７８", {"陳怡君"}), ("(0912) 345.678", {"陳怡君"}), ("５６７８", {"陳怡君"}), ("5678", {"陳怡君"}), ("678", {"陳怡君"}), ("0912", {"陳怡君"}),
    ("02 2712 3456", {"Jonathan O'Brien-Smith"}), ("27123456", {"Jonathan O'Brien-Smith"}), ("yichun.chen@acme.example", {"陳怡君"}), ("YiChun.Chen@", {"陳怡君"}),
    ("@acme.example", {"陳怡君"}), ("acme", {"陳怡君"}), ("vip-0042", {"陳怡君"}), ("VIP0042", {"陳怡君"}), ("vip 0042", {"陳怡君"}), ("VIP-00", {"陳怡君"}), ("0042", {"陳怡君"}), ("042", {"陳怡君"}),
    ("C000123", {"王小明"}), ("c0001", {"王小明"}), ("123", {"王小明"}), ("SO-2024-0007", {"王小明"}), ("so-2024", {"王小明"}),
    ("\u202e王小明\u202c", {"王小明"}), ("王\u200b小\u200b明", {"王小明"}), ("ｊｏｎａｔｈａｎ　ｗａｎｇ", {"王小明"}),
    ("小華", set()), ("0999", set()), ("zz", set()), ("王怡", set()), ("%", set()), ("_", set()),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "expected"), EXACT)
def test_search_finds_exactly_whom_it_should(people, typed, expected):
    assert set(names(typed)) == expected
    assert set(find_parties(Party.objects.all(), typed).values_list("name", flat=True)) == expected


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("jonathn wang", "王小明"), ("jonahtan", "王小明"), ("jonatthan", "王小明"), ("smyth", "Jonathan O'Brien-Smith"),
        ("陳宜君", "陳怡君"), ("陳怡均", "陳怡君"), ("黃小明", "王小明"), ("0912345679", "陳怡君"), ("0912354678", "陳怡君"),
        ("петрав", "Иван Петров"), ("22099113", "臺灣積體電路製造股份有限公司"), ("SO-2024-0008", "王小明"), ("yichum.chen@acme.example", "陳怡君"),
    ],
)  # fmt: skip
def test_one_slip_is_forgiven_and_said(people, typed, name):
    hits = search.find(Party.objects.live(), typed)
    assert name in names(typed)
    assert all(hit.near for hit in hits)
    assert name in set(find_parties(Party.objects.all(), typed).values_list("name", flat=True))


def test_nothing_near_stands_beside_what_is_so(people):
    assert all(not hit.near for hit in search.find(Party.objects.live(), "0912345678"))
    assert names("王小明") == ["王小明"]


def test_better_answers_come_first(owner):
    value = {"怡君": 1, "怡君坊": 2, "陳怡君": 900, "林怡君": 1_000, "怡宣": 5_000, "John": 5}
    for name, revenue in value.items():
        party = actions.create_party(by=owner, name=name)
        CustomerSummary.objects.filter(party=party).update(revenue_12m=revenue)
    actions.create_party(by=owner, name="Somebody", contact_points=[("email", "john@x.example")])
    assert names("怡君") == ["怡君", "怡君坊", "林怡君", "陳怡君"]
    assert names("john") == ["John", "Somebody"]


def test_exact_number_comes_before_names(owner):
    actions.create_party(by=owner, name="777 Shop")
    actions.create_party(by=owner, name="Card", identifiers=[("card", "777")])
    actions.create_party(by=owner, name="Phone", contact_points=[("mobile", "0912345777")])
    assert names("777") == ["Card", "777 Shop", "Phone"]


def test_hit_says_by_what_it_was_found(people):
    by = {hit.by for hit in search.find(Party.objects.live(), "0912345678")}
    assert by == {"0912 345 678"}
    assert [hit.by for hit in search.find(Party.objects.live(), "jonathan wang")] == ["Jonathan Wang"]
    assert [hit.quality for hit in search.find(Party.objects.live(), "SO-2024-0007")] == [Quality.NUMBER]


def test_trashed_and_merged_are_not_found_but_lead_on(owner, people):
    actions.trash_parties(party_ids=[people[4].pk], by=owner)
    assert names("José") == []
    assert names("José", Party.objects.trashed()) == ["José Núñez"]
    gone = actions.create_party(by=owner, name="王大寶")
    Party.objects.filter(pk=gone.pk).update(merged_into=people[2])
    search.catch_up()
    hits = search.find(Party.objects.live(), "王大寶")
    assert [(hit.party, hit.by, hit.quality) for hit in hits] == [(people[2].pk, "王大寶", Quality.ELSEWHERE)]
    Party.objects.filter(pk=gone.pk).update(merged_into=None)
    assert names("王大寶") == ["王大寶"]


def test_ended_address_no_longer_finds(owner, people):
    point = people[0].contact_points.get(kind="email")
    actions.end_contact_point(point=point, by=owner)
    assert names("yichun.chen@acme.example") == []
    assert names("acme") == []


# --- whoever writes, the index is true -------------------------------------------------------------------------------


def index():
    return dict(SearchDocument.objects.values_list("party_id", "words"))


def assert_true():
    """What stands in the index is what a rebuild makes of the record, and the database's own index agrees."""
    assert not SearchMark.objects.exists()
    live = index()
    SearchDocument.objects.all().delete()
    search.rebuild()
    assert index() == live
    assert search.health().well


def test_actions_leave_nothing_to_catch_up(owner, people):
    party = people[0]
    actions.change_party(party=party, changes={"name": "林怡君"}, by=owner)
    actions.change_party(party=party, changes={"other_name": "Amber Lin"}, by=owner)
    actions.add_contact_point(party=party, kind="email", raw="amber@lin.example", by=owner)
    batch = actions.bulk_change(party_ids=[people[1].pk, people[2].pk], changes={"other_name": "Twins"}, by=owner)
    assert names("twins")
    assert names("amber")
    actions.undo_batch(batch=batch, by=owner)
    revision = actions.change_party(party=party, changes={"name": "莊怡君"}, by=owner)
    actions.undo_revision(revision=revision, by=owner)
    assert names("twins") == []
    assert names("莊怡君") == ["林怡君", "陳怡君"]  # near
    assert_true()


def test_writing_past_the_actions_is_noted_and_found_at_once(owner, people):
    Party.objects.filter(pk=people[0].pk).update(name="錢多多", fold="錢多多")
    Identifier.objects.create(party=people[3], system="x", external_id="QQ-9")
    ContactPoint.objects.create(party=people[4], kind="email", raw="Q@new.example", normalised="q@new.example")
    bulk = Party.objects.bulk_create([Party(name="孫悟空", fold="孫悟空")])
    CustomerSummary.objects.create(party=bulk[0])
    assert set(search.marked(99)) == {people[0].pk, people[3].pk, people[4].pk, bulk[0].pk}
    for _indexed in (False, True):
        assert names("錢多多") == ["錢多多"]
        assert names("孫悟空") == ["孫悟空"]
        assert names("QQ9") == ["Jonathan O'Brien-Smith"]
        assert names("@new.example") == ["José Núñez"]
        assert names("陳怡君") == ["陳怡君"]
        search.catch_up()
    assert_true()


def test_deleting_past_the_actions_takes_the_words_away(owner, people):
    Identifier.objects.filter(external_id="VIP-0042").delete()
    gone = Party.objects.create(name="過客", fold="過客")
    search.catch_up()
    assert gone.pk in index()
    Party.objects.filter(pk=gone.pk).delete()
    search.catch_up()
    assert gone.pk not in index()
    assert names("VIP-0042") == []
    assert_true()


def test_what_is_written_and_rolled_back_is_not_found(owner, people):
    point = transaction.savepoint()
    actions.create_party(by=owner, name="曇花")
    assert names("曇花") == ["曇花"]
    transaction.savepoint_rollback(point)
    assert names("曇花") == []
    assert_true()


def test_triggers_survive_every_migration():
    """A later migration that rebuilds a table on SQLite drops its triggers: it has to make them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search_%'")
            assert cursor.fetchone()[0] == 12
        else:
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'search_%%'")
            assert cursor.fetchone()[0] == 9


def test_damaged_index_is_noticed_and_mended(owner, people):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO customers_search (customers_search) VALUES ('delete-all')")
        assert not search.health().well
        assert names("怡君") == []
    else:
        SearchDocument.objects.all().delete()
        assert not search.health().well
    search.rebuild(afresh=True)
    assert search.health().well
    assert names("怡君") == ["陳怡君", "陳怡君"]


# --- what is hidden stays hidden -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [HIDDEN, "祕密", "0955000111", "0111", "secret@hidden.example", "SECRET-77", "HID-1", "祕蜜客戶", "0955000112"],
)
def test_seller_finds_nothing_hidden(world, owner, typed):
    assert likeliest(world.seller, typed) == []
    assert world.hidden in [party for party, _hit in likeliest(owner, typed)]


def test_hidden_customers_do_not_push_out_those_seen(world, owner, monkeypatch):
    """More share a word than are looked at: the few whom the seller sees are found all the same."""
    monkeypatch.setattr(lookup, "MOST_LOOKED_AT", 5)
    for i in range(12):
        actions.create_party(
            by=owner, name=f"王小明{i}號" if i else "王小明", contact_points=[("mobile", f"09990005{i:02d}")]
        )
    actions.add_contact_point(party=world.mine, kind="mobile", raw="0999000599", by=owner)
    for typed in ("王", "小明", "王小明", "09990005", "0999"):
        assert world.mine in [party for party, _hit in likeliest(world.seller, typed)], typed
        assert {party.pk for party, _hit in likeliest(world.seller, typed)} == {world.mine.pk}, typed


def test_best_customers_of_a_common_word_come_first(owner, monkeypatch):
    monkeypatch.setattr(lookup, "MOST_LOOKED_AT", 5)
    for i in range(40):
        party = actions.create_party(by=owner, name=f"陳{chr(0x5000 + i)}")
        CustomerSummary.objects.filter(party=party).update(revenue_12m=i)
    assert names("陳")[:3] == [f"陳{chr(0x5000 + i)}" for i in (39, 38, 37)]
    assert find_parties(Party.objects.all(), "陳").count() == 40


# --- bounds ----------------------------------------------------------------------------------------------------------

HOSTILE = ['"', "*", "(", ")", "NEAR", "NEAR/2", "AND", "a AND", "OR", "NOT x", "^a", "a:b", "{a}", "-a", "'", "''", "\\", "a" * 10_000, "王" * 10_000,
           "1" * 10_000, "a b " * 5_000, "\x00", "a\x00b", "🎉", "👨‍👩‍👧", "\u202e", "\u200b", "\ufffd", "\ud800", "%", "_", "; DROP TABLE", "' OR '1'='1", "!", "&", "|", "<->", ":*"]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_answered(client, owner, people, typed):
    assert isinstance(names(typed), list)
    assert find_parties(Party.objects.all(), typed).count() >= 0
    client.force_login(owner)
    sent = typed.encode("utf-8", "replace").decode()
    for path in ("/search/", "/palette/", "/customers/", "/orders/"):
        assert client.get(path, {"q": sent}).status_code == 200, path


def test_queries_are_few_and_do_not_grow(owner, people):
    def count(typed):
        with CaptureQueriesContext(connection) as queries:
            likeliest(owner, typed)
        return len(queries)

    before = {typed: count(typed) for typed in ("陳", "怡君", "0912345678", "jonathan", "jonathn", "678")}
    for i in range(60):
        actions.create_party(by=owner, name=f"陳怡君{i}", contact_points=[("mobile", f"09123456{i:02d}")])
    for typed, queries in before.items():
        assert queries <= 16
        assert count(typed) <= queries + 1, typed
