"""Whoever is erased leaves no words, no files and nothing to be found; what happened stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.actions import words
from regulars.channels.inbox.models import Attachment, Conversation, Draft, Entry, EntryWords
from regulars.customers.actions import erase_person
from regulars.customers.models import Event, Party
from regulars.staff.models import User

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]


def test_erasure_takes_words_addresses_files_and_what_was_indexed(
    hear: Hear, party: Party, seller: User, make_user: Callable[..., User], files: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:  # fmt: skip
    owner = make_user()
    held = hear(
        text="獨特的字詞", html="<p>獨特的字詞</p>", attachments=[actions.NewAttachment("帳單.pdf", "", b"secret")]
    ).conversation
    other = hear(party_id=None, from_address="new@example.com", text="別人的字詞").conversation
    actions.reply(held, text="獨特的回覆", by=seller)
    actions.keep_draft(held, by=seller, text="獨特的草稿")
    (kept,) = [path for path in files.rglob("*") if path.is_file()]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        erase_person(party=party, by=owner, reason="asked")
    gone = Conversation.objects.get(pk=held.pk)
    assert (gone.subject, gone.address, gone.name, gone.preview) == ("", "", "", "")
    assert set(gone.entries.values_list("text", "html", "from_address", "from_name", "subject", "ref")) == {
        ("", "", "", "", "", None)
    }
    assert gone.entries.count() == 2
    assert not Attachment.objects.exists()
    assert not kept.exists()
    assert not Draft.objects.exists()
    assert list(queries.find(Conversation.objects.all(), "字詞")) == [other]
    assert set(EntryWords.objects.values_list("entry__conversation", flat=True)) == {other.pk}
    assert Event.objects.filter(kind="inbox.message_received", customer=party).count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's index follows from its column")
def test_the_index_is_made_anew_after_a_restore(hear: Hear, seller: User) -> None:
    held = hear(text="行李箱").conversation
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO inbox_search (inbox_search) VALUES ('delete-all')")
    assert list(queries.find(queries.conversations_for(seller), "行李")) == []
    words.rebuild()
    assert list(queries.find(queries.conversations_for(seller), "行李")) == [held]
