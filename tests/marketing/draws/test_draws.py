"""Draws from making to telling: nothing changes once it is published, each takes part once, winners are told."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.channels.outbox.models import Message
from regulars.customers import actions as customers
from regulars.customers.models import Consent, Event, Party, Task
from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.marketing.draws import actions, fair, queries, questions
from regulars.marketing.draws.models import Draw, Entry, Winner
from regulars.staff import lockout
from regulars.web import resources, undo
from tests.marketing.draws.conftest import QUIZ, facts, join

pytestmark = pytest.mark.django_db
OVER = timedelta(days=8)


def of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_questions_are_read_and_written() -> None:
    found = questions.read(QUIZ)
    assert found[0]["right"] == 0
    assert [one["zh"] for one in found[0]["choices"]] == ["山上", "海裡"]
    assert questions.read(questions.write(found)) == found
    for wrong in ("x", "? Q", "? Q\n- a\n- b", "? Q\n* a\n* b", "* a", "? |\n* a\n- b"):
        with pytest.raises(UserError):
            questions.read(wrong)


def test_entering_makes_a_customer_with_an_anonymous_number(quiz: Draw) -> None:
    page = join(1, agrees="on", mobile="0912000001").content.decode()
    assert "number <strong" in page
    entry = Entry.objects.get()
    assert (entry.number, entry.right, entry.party.name) == (1, True, "客人1")
    assert entry.text is not None
    assert Consent.objects.get().channel == "phone"
    assert Message.objects.get().origin == f"draw:{quiz.pk}"
    assert Event.objects.filter(customer=entry.party, kind="draws.entered").count() == 1


def test_each_person_takes_part_once(quiz: Draw) -> None:
    join(1)
    assert "once" in join(1, name="Somebody Else", email="GUEST1@example.com").content.decode()
    join(1, email="", mobile="0912000001")
    assert Entry.objects.count() == 2
    customers.add_contact_point(party=Entry.objects.get(number=2).party, kind="email", raw="other@example.com", by=None)
    join(1, email="other@example.com")
    assert Entry.objects.count() == 2


def test_known_customer_is_recognised(quiz: Draw) -> None:
    known = customers.create_party(by=None, name="客人1", contact_points=[("email", "guest1@example.com")])
    join(1)
    assert Entry.objects.get().party == known
    assert Party.objects.count() == 1


def test_wrong_answers_enter_and_do_not_take_part(quiz: Draw) -> None:
    join(1)
    join(2, right=False)
    with clock.stopped_at(clock.now() + OVER):
        assert [one.entry.number for one in actions.draw_winners(draw=quiz, by=None)] == [1]


@pytest.mark.parametrize(
    "wrong",
    [{"answer-0": ""}, {"answer-0": "7"}, {"answer-0": "x"}, {"name": "<b>"}, {"email": "nobody"}, {"email": ""}],
)
def test_hostile_or_incomplete_entries_are_asked_again(quiz: Draw, wrong: dict[str, Any]) -> None:
    assert join(1, **wrong).status_code == 422
    assert not Entry.objects.exists()


def test_robots_and_floods_are_kept_out(quiz: Draw) -> None:
    assert "take part" in join(1, website="x").content.decode()
    assert not Entry.objects.exists()
    for _one in range(lockout.FORM.free):
        lockout.take_form("127.0.0.1")
    assert join(1).status_code == 429
    assert Client(enforce_csrf_checks=True).post("/join/spring/", {}).status_code == 403


def test_one_enters_only_while_it_is_open(quiz: Draw) -> None:
    with clock.stopped_at(clock.now() + OVER):
        assert "The time to enter is over" in join(1).content.decode()
    Draw.objects.update(opens_at=clock.now() + timedelta(hours=1))
    join(2)
    assert not Entry.objects.exists()
    draft = actions.save_draw(draw=None, by=None, **facts(slug="draft"))
    assert Client().get(f"/join/{draft.slug}/").status_code == 404


def test_nothing_changes_once_it_is_published(quiz: Draw) -> None:
    with pytest.raises(UserError):
        actions.save_draw(draw=quiz, by=None, **facts(winners=5))
    with pytest.raises(UserError):
        actions.publish(draw=quiz, by=None)
    with pytest.raises(UserError):
        actions.draw_winners(draw=quiz, by=None)
    quiz.refresh_from_db()
    assert quiz.seed == ""
    assert len(quiz.commitment) == 64


def test_drawing_keeps_the_promise_and_happens_once(quiz: Draw, marketer: Any) -> None:
    for number in range(1, 8):
        join(number)
    promised = Client().get("/join/spring/proof.json").json()
    assert promised["seed"] is None
    assert "entries" not in promised
    Entry.objects.filter(number=3).update(weight=5)
    actions.leave_out(entry_ids=[Entry.objects.get(number=7).pk], because="works here", by=marketer)
    with clock.stopped_at(clock.now() + OVER):
        made = actions.draw_winners(draw=quiz, by=marketer)
        with pytest.raises(UserError):
            actions.draw_winners(draw=quiz, by=marketer)
        proof = Client().get("/join/spring/proof.json").json()
        page = Client().get("/join/spring/result/").content.decode()
    assert proof["commitment"] == promised["commitment"]
    assert fair.problems(proof) == []
    assert proof["winners"] == [one.entry.number for one in made]
    assert (len(proof["entries"]), proof["left_out"]) == (6, [7])
    assert [3, 5] in proof["entries"]
    assert proof["seed"] in page
    assert "客人" not in json.dumps(proof, ensure_ascii=False) + page
    assert Event.objects.filter(kind="draws.won").count() == 2


def test_seed_is_not_readable_before_the_drawing(quiz: Draw) -> None:
    assert fair.commitment("00") != quiz.commitment
    assert quiz.sealed_seed
    with pytest.raises(ValueError, match="non-hexadecimal"):
        bytes.fromhex(quiz.sealed_seed)


def test_winners_are_told_by_mail_or_put_on_the_list_to_call(quiz: Draw, marketer: Any) -> None:
    join(1)
    join(2, email="", mobile="0912000002")
    with clock.stopped_at(clock.now() + OVER):
        actions.draw_winners(draw=quiz, by=marketer)
        assert actions.tell_winners(draw=quiz, by=marketer) == (1, 1)
        assert actions.tell_winners(draw=quiz, by=marketer) == (0, 0)
    message = Message.objects.get(purpose="prize")
    assert "A teapot" in message.body.text
    assert "/join/spring/result/" in message.body.text
    assert Task.objects.get().assignee == marketer
    assert not Winner.objects.filter(told_at=None).exists()


def test_erased_person_leaves_the_list_checkable(quiz: Draw, owner: Any, marketer: Any) -> None:
    join(1)
    join(2)
    join(3)
    customers.erase_person(party=Entry.objects.get(number=1).party, by=owner, reason="asked")
    assert actions.take_in_again(entry_ids=[Entry.objects.get(number=1).pk], by=marketer) == 0
    with clock.stopped_at(clock.now() + OVER):
        actions.draw_winners(draw=quiz, by=None)
        customers.erase_person(party=Entry.objects.get(number=2).party, by=owner, reason="asked")
    proof = queries.proof_of(Draw.objects.get())
    assert fair.problems(proof) == []
    assert [number for number, _tickets in proof["entries"]] == [2, 3]
    assert Entry.objects.get(number=2).answers == []


def test_screens_from_draft_to_drawn(marketer: Any) -> None:
    client = of(marketer)
    now = clock.now()
    told = {
        "slug": "spring", "title_zh": "春季抽獎", "title_en": "", "winners": "1", "quiz": QUIZ,
        "opens_at": f"{now + timedelta(hours=7):%Y-%m-%dT%H:%M}", "closes_at": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert client.post("/draws/new/", told | {"quiz": "nonsense"}).status_code == 422
    assert client.post("/draws/new/", told | {"title_zh": ""}).status_code == 422
    where = client.post("/draws/new/", told).headers["Location"]
    assert "Publish" in client.get(where).content.decode()
    client.post(f"{where}publish/")
    assert client.post(f"{where}change/", told).status_code == 422
    join(1)
    with clock.stopped_at(now + timedelta(days=4)):
        assert "Draw the winners" in client.get(where).content.decode()
        client.post(f"{where}draw/")
        page = client.get(where).content.decode()
        assert "客人1" in page
        assert "Tell the winners" in page
        client.post(f"{where}tell/")
        assert "Tell the winners" not in client.get(where).content.decode()
        client.post(f"{where}remove/")
    assert Draw.objects.live().exists()
    assert "客人1" in client.get("/draws/entries/").content.decode()


def test_leaving_out_is_undone_and_tickets_are_given(quiz: Draw, marketer: Any) -> None:
    join(1)
    leave, weigh = (resources.get("draw-entries").bulk_action(key) for key in ("leave-out", "tickets"))
    assert leave is not None
    assert weigh is not None
    done = leave.apply(marketer, Entry.objects.all(), {"because": "works here"})
    assert not Entry.objects.taking_part().exists()
    undo.take_back(done.undo, marketer)
    assert Entry.objects.taking_part().exists()
    weigh.apply(marketer, Entry.objects.all(), {"tickets": 3})
    assert Entry.objects.get().weight == 3


def test_roles_do_what_they_may_and_no_more(quiz: Draw, make_user: Callable[..., Any]) -> None:
    analyst, agent = make_user(role="analyst"), make_user(role="agent")
    assert of(analyst).get(f"/draws/{quiz.pk}/").status_code == 200
    assert of(analyst).post(f"/draws/{quiz.pk}/draw/").status_code == 403
    assert of(agent).get(f"/draws/{quiz.pk}/").status_code == 403
    with pytest.raises(Forbidden):
        actions.draw_winners(draw=quiz, by=agent)


def test_public_pages_speak_both_languages_without_script(quiz: Draw) -> None:
    page = Client().get("/join/spring/?lang=zh-hant")
    assert "烏龍茶產在哪裡？" in page.content.decode()
    assert "<script" not in page.content.decode()
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "參加" in page.content.decode()
    program = Client().get("/join/check-draw.py")
    assert "def ranked" in program.content.decode()
