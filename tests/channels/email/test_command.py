"""``regulars mail take``: files go the way of all mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regulars.channels.email.models import Mail
from regulars.channels.inbox.models import Entry
from regulars.config.cli import commands, parser
from tests.support.mails import written

pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    """What the command answers."""
    arguments = parser.build().parse_args(["mail", "take", *words])
    return int(arguments.run(arguments))


def test_mails_are_taken_from_files_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ready", lambda: None)
    (tmp_path / "a.eml").write_bytes(written())
    (tmp_path / "b.eml").write_bytes(written(message_id="<b@example.com>", headers={"X-Spam-Flag": "YES"}))
    (tmp_path / "c.eml").write_bytes(written())
    assert run(str(tmp_path), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"taken": {"message": 1, "spam": 1, "known": 1}, "unread": []}
    assert run(str(tmp_path / "a.eml")) == 0
    assert "1  known already" in capsys.readouterr().out
    assert run(str(tmp_path / "nowhere")) == 1
    assert "nowhere" in capsys.readouterr().err
    assert (Mail.objects.count(), Entry.objects.count()) == (2, 1)
