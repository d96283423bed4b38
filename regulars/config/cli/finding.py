"""``regulars search``: customers by name, number or address; and the index by which they are found."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from django.utils.translation import gettext as _

from regulars.config.cli import commands, output

_MOST = 20


def run(arguments: Namespace) -> int:
    """Rebuild the index when asked, then find what was typed; 1 when nobody is called so."""
    from regulars.customers import search  # noqa: PLC0415 -- after django.setup()
    from regulars.customers.models import Party  # noqa: PLC0415

    commands.ready()
    result: dict[str, Any] = {}
    sentences: list[str] = []
    if arguments.rebuild:
        started = time.perf_counter()
        count = search.rebuild(afresh=not search.health().whole)
        seconds = round(time.perf_counter() - started, 1)
        result["rebuilt"] = {"customers": count, "seconds": seconds}
        sentences.append(
            _("%(count)s customers indexed in %(seconds)s s") % {"count": f"{count:,}", "seconds": seconds}
        )
    if not arguments.text:
        output.show(result, as_json=arguments.json, sentences=sentences)
        return 0
    hits = search.find(Party.objects.live(), " ".join(arguments.text), _MOST)
    parties = Party.objects.in_bulk(search.ids_of(hits))
    result["found"] = [
        {"id": hit.party, "name": parties[hit.party].name, "by": hit.by, "near": hit.near} for hit in hits
    ]
    for one in result["found"]:
        near = f" ({_('similar')})" if one["near"] else ""
        sentences.append(f"{one['id']:>8}  {one['name']}  {one['by']}{near}".rstrip())
    output.show(result, as_json=arguments.json, sentences=sentences or [_("Nobody is called so.")])
    return 0 if hits else 1
