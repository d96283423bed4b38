"""Tasks and messages through a queue: sent after the commit, done once, taken over from whoever was killed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from regulars.config import environment
from tests.support.own_process import environment_that_sends
from tools import rabbitmq, sink
from tools.chaos import senders

pytest.importorskip("celery", reason="Celery: .venv/bin/pip install --require-hashes -r requirements-distributed.txt")
DONE: list[str] = []


@task()
def write_down(word: str) -> None:
    """Something to be done."""
    DONE.append(word)


@pytest.fixture
def queue(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The application, and what was sent to it instead of to a broker."""
    settings.BROKER_URL = "memory://"
    from regulars.config.distributed import queue

    sent: list[tuple[str, Any]] = []
    for one in (queue.run_task, queue.send_messages):
        monkeypatch.setattr(
            one, "apply_async", lambda args, *, name=one.name, **_more: sent.append((name, args[0])), raising=False
        )
    queue.sent = sent  # type: ignore[attr-defined]
    DONE.clear()
    yield queue
    del queue.sent  # type: ignore[attr-defined]


@pytest.fixture
def through_broker(settings: Any, queue: Any) -> Any:
    settings.TASKS = {"default": {"BACKEND": "regulars.config.distributed.backend.BrokerBackend", "QUEUES": []}}
    return queue


@pytest.mark.django_db(transaction=True)
def test_task_is_sent_once_its_row_is_committed_and_never_when_it_is_not(through_broker: Any) -> None:
    with transaction.atomic():
        number = str(write_down.enqueue("kept").id)
        assert through_broker.sent == []
    assert through_broker.sent == [("regulars.run_task", number)]
    with transaction.atomic():
        write_down.enqueue("given up")
        transaction.set_rollback(True)
    assert len(through_broker.sent) == DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_number_that_comes_twice_is_done_once(through_broker: Any) -> None:
    number = str(write_down.enqueue("once").id)
    for _ in range(2):
        through_broker.run_task.apply((number,))
    assert DONE == ["once"]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("redelivered", [True, False])
def test_task_of_a_killed_worker_is_taken_over_when_the_broker_brings_it_again(
    through_broker: Any, redelivered: bool
) -> None:
    write_down.enqueue("again")
    row = DBTaskResult.objects.get()
    row.claim("elsewhere:1")
    through_broker.do_task(row.pk, brought_again=redelivered)
    assert (DONE == ["again"]) is redelivered


@pytest.mark.django_db(transaction=True)
def test_dispatcher_brings_again_what_was_never_sent_but_not_what_is_on_its_way(through_broker: Any) -> None:
    from regulars.config.distributed import dispatch

    write_down.enqueue("lost")
    through_broker.sent.clear()
    messages, tasks = dispatch.Sent(), dispatch.Sent()
    assert dispatch.look(messages, tasks) == 0
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=1))
    assert (dispatch.look(messages, tasks), dispatch.look(messages, tasks)) == (1, 0)
    assert through_broker.sent == [("regulars.run_task", str(DBTaskResult.objects.get().pk))]
    through_broker.run_task.apply((through_broker.sent[0][1],))
    assert dispatch.look(messages, dispatch.Sent()) == 0


@pytest.mark.django_db(transaction=True)
def test_messages_are_sent_to_the_queue_by_the_hundred_and_go_once(through_broker: Any) -> None:
    from regulars.channels.models import Message
    from regulars.config.distributed import dispatch

    senders.fill(250)
    messages = dispatch.Sent()
    assert (dispatch.look(messages, dispatch.Sent()), dispatch.look(messages, dispatch.Sent())) == (250, 0)
    batches = [numbers for _name, numbers in through_broker.sent]
    assert [len(one) for one in batches] == [100, 100, 50]
    for numbers in [*batches, batches[0]]:
        through_broker.send_messages.apply((list(numbers),)).get()
    assert not Message.objects.filter(done_at=None, state="attempting").exists()
    assert Message.objects.filter(purpose_class="transactional", state="sent", attempts=1).count() == 125


@pytest.mark.parametrize("address", ["redis://localhost", "amqp", "http://localhost/"])
def test_address_that_is_no_broker_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_BROKER_URL", address)
    with pytest.raises(ImproperlyConfigured, match="amqp://"):
        environment.broker_url()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.process
def test_workers_of_the_queue_killed_at_random_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the workers of several machines need PostgreSQL")
    with rabbitmq.private_server() as broker, sink.running(slowness=0.05) as kept:
        if broker is None:
            pytest.skip(f"RabbitMQ: {rabbitmq.INSTALL}")
        told_to = environment_that_sends(tmp_path / "home", kept.url) | {"REGULARS_BROKER_URL": broker}
        told = senders.rage(told_to, kept, messages=400, kills=5, seed=1, database=connection.vendor)
    assert told.kept, told
    assert told.kills == 5
    assert told.arrived + told.uncertain >= 400
