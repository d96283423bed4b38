"""Making, changing, publishing and removing contents, trying one out on oneself, and the imprint under every mail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.models import MessageClass
from regulars.channels.tracking.actions import register
from regulars.customers.models import Channel, Party
from regulars.kit import clock, text
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.content import queries, template
from regulars.marketing.content.compiling import Made
from regulars.marketing.content.models import PARTS, Content, Edition, Imprint
from regulars.staff import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

Draft = Mapping[str, Mapping[str, str]]
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


@transaction.atomic
def make_content(*, name: str, by: User | None, draft: Draft | None = None, purpose: str = "marketing") -> Content:
    """Begin a content.

    Raises:
        UserError: it has no name, or another has it.
    """
    facts = _facts(name, purpose, draft or {})
    made = Content.objects.create(owner=by, **facts)
    _audit("made", made, by)
    return made


@transaction.atomic
def change_content(
    *, content: Content, name: str, draft: Draft, by: User, version: int | None = None, purpose: str = "marketing"
) -> Content:  # fmt: skip
    """Keep a draft, with its faults; only what is published must have none.

    Raises:
        UserError: it has no name, or another has it; Conflict: somebody changed it since ``version``.
    """
    held = Content.objects.live().select_for_update().get(pk=content.pk)
    if version is not None and held.version != version:
        raise Conflict(
            _("Somebody changed it meanwhile. Copy your words, then load the page anew."),
            current=held.version,
            offered=version,
        )
    facts = _facts(name, purpose, draft, but=held.pk)
    Content.objects.filter(pk=held.pk).update(version=held.version + 1, changed_at=clock.now(), **facts)
    held.refresh_from_db()
    return held


def _facts(name: str, purpose: str, draft: Draft, *, but: int | None = None) -> dict[str, Any]:
    name = text.clean(name)[:120]
    if not name:
        raise UserError(_("It needs a name."))
    others = Content.objects.live().filter(name=name)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise UserError(_("There is another one called “%(name)s”.") % {"name": name})
    if not purpose or len(purpose) > 24 or set(purpose) - _PLAIN:
        raise UserError(_("This is no purpose that can be permitted."))
    said = {
        language: {part: str(told.get(part, "")).replace("\r\n", "\n") for part in PARTS}
        for language in queries.LANGUAGES
        if (told := draft.get(language))
    }
    return {"name": name, "purpose": purpose, "draft": said}


@transaction.atomic
def publish(content: Content, *, by: User | None) -> Edition:
    """Make an edition of the draft, which never changes. The newest one is given back where it says the same.

    Raises:
        UserError: something is wrong with it; every fault with its line, one a line.
    """
    held = Content.objects.live().select_for_update().get(pk=content.pk)
    newest = queries.newest_edition(held)
    if newest is not None and queries.is_published(held, newest):
        return newest
    made = queries.looked_at(held.draft)
    if faults := faults_of(made):
        raise UserError("\n".join(faults))
    programs = {language: one.programs for language, one in made.items()}
    targets = {url for told in programs.values() for nested in told.values() for url in template.targets_in(nested)}
    links = register(url for url in targets if url.startswith(("http://", "https://")))
    number = (held.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    edition = Edition.objects.create(
        content=held, number=number, programs=programs, source=held.draft, links=links, sha256=sha256(programs), published_by=by
    )  # fmt: skip
    _audit("published", held, by, number=number)
    return edition


def faults_of(made: Mapping[str, Made]) -> list[str]:
    """What keeps a draft from being published, in sentences that say in which language and line."""
    if not made:
        return [_("Nothing was written yet.")]
    return [
        f"{get_language_info(language)['name_local']} · {fault}"
        for language, one in made.items()
        for fault in one.problems
    ]


def sha256(programs: Mapping[str, Any]) -> str:
    """By which an edition is known to be what was published."""
    return hashlib.sha256(json.dumps(programs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def remove_content(*, content: Content, by: User) -> None:
    """Take it away; its editions stay, for what was and will be sent of them."""
    if Content.objects.live().filter(pk=content.pk).update(removed_at=clock.now()):
        _audit("removed", content, by)


@transaction.atomic
def bring_back(*, content: Content, by: User) -> None:
    """Undo a removal.

    Raises:
        UserError: another one has its name by now.
    """
    if Content.objects.live().filter(name=content.name).exclude(pk=content.pk).exists():
        raise UserError(_("There is another one called “%(name)s”.") % {"name": content.name})
    Content.objects.filter(pk=content.pk).update(removed_at=None)
    _audit("brought_back", content, by)


@transaction.atomic
def try_out(*, content: Content, party: Party, language: str, address: str, by: User) -> int:
    """Send what ``party`` would get to an address of one's own, as a service message that nothing is counted of.

    Raises:
        UserError: the draft has faults, or there is no address.
    """
    address = text.clean(address)
    if "@" not in address:
        raise UserError(_("Give an e-mail address to send it to."))
    shown = queries.preview(content, party, language)
    if not shown.html:
        raise UserError(_("It cannot be sent before its faults are mended."))
    return outbox.put([
        outbox.NewMessage(
            channel=Channel.EMAIL, party_id=party.pk, address=address, origin=f"content-test:{content.pk}", visit=clock.now().isoformat(),
            purpose="test", purpose_class=MessageClass.TRANSACTIONAL, subject=_("[Test] %(subject)s") % {"subject": shown.subject},
            text=shown.text, html=shown.html,
        )
    ])  # fmt: skip


@transaction.atomic
def set_imprint(
    *, address: Mapping[str, str], website: str, product_page: str, language: str, by: User, request: HttpRequest | None = None
) -> Imprint:  # fmt: skip
    """Say what stands under every mail from now on.

    Raises:
        UserError: an address of the web is none.
    """
    for url in filter(None, (website, product_page)):
        if not url.startswith(("https://", "http://")):
            raise UserError(_("“%(url)s” is no address of the web.") % {"url": url[:80]})
    if language not in {"", *queries.LANGUAGES}:
        raise UserError(_("We do not speak this language."))
    told, _made = Imprint.objects.update_or_create(
        id=1,
        defaults={
            "address": {code: text.clean(address.get(code, ""))[:200] for code in queries.LANGUAGES},
            "website": website, "product_page": product_page, "language": language, "changed_at": clock.now(),
        },
    )  # fmt: skip
    audit.record("contents.imprint_set", by=by, object_type="company", request=request)
    return told


def _audit(verb: str, content: Content, by: User | None, **facts: Any) -> None:
    if by is not None:
        audit.record(f"contents.{verb}", by=by, object_type="content", object_id=content.pk, name=content.name, **facts)
