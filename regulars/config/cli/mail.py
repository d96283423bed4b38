"""``regulars mail``: mail from files goes the way of all mail."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.config.cli import commands, output


def take(arguments: Namespace) -> int:
    """Take in every mail of the files and folders named; 1 when one of them cannot be read."""
    from regulars.channels.email.actions import take_in  # noqa: PLC0415 -- after django.setup()
    from regulars.channels.email.files_in import mails_in  # noqa: PLC0415
    from regulars.channels.email.models import Mail, MailKind  # noqa: PLC0415

    commands.ready()
    told: Counter[str] = Counter()
    unread: list[str] = []
    known = set(Mail.objects.order_by("-pk").values_list("pk", flat=True)[:1])
    newest = max(known, default=0)
    seen: set[int] = set()
    for path in map(Path, arguments.files):
        try:
            for name, raw in mails_in(path):
                mail = take_in(raw, source=f"file:{name}")
                told["known" if mail.pk <= newest or mail.pk in seen else mail.kind] += 1
                seen.add(mail.pk)
        except OSError as error:
            unread.append(f"{path}: {error.strerror}")
    sentences = [f"{told[kind]:>7}  {MailKind(kind).label}" for kind in MailKind.values if told[kind]]
    if told["known"]:
        already = _("known already")
        sentences.append(f"{told['known']:>7}  {already}")
    output.show(
        {"taken": dict(told), "unread": unread},
        as_json=arguments.json,
        sentences=sentences or [_("No mail was found there.")],
    )
    for line in unread:
        output.complain(line, as_json=False)
    return 1 if unread else 0
