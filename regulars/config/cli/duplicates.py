"""``regulars duplicates``: search for records that may be one customer, and list the pairs that wait for a decision."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from django.utils.translation import gettext as _

from regulars.config.cli import commands, output


def run(arguments: Namespace) -> int:
    """Search first when asked to; then stream the open pairs: one JSON object a line, or a table."""
    from regulars.customers.models import DuplicatePair  # noqa: PLC0415 -- after django.setup()

    commands.ready()
    if arguments.find:
        _find(as_json=arguments.json)
        if arguments.limit is None and arguments.json:
            return 0
    pairs = DuplicatePair.objects.open().select_related("left", "right").order_by("-probability", "id")
    for pair in pairs[: arguments.limit] if arguments.limit is not None else pairs.iterator(1000):
        row = _row(pair)
        if arguments.json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            output.say(
                f"{row['probability']:>6.1%}  {row['left']:>8} {pair.left.name}  =  {row['right']:>8} {pair.right.name}"
            )
    return 0


def _find(*, as_json: bool) -> None:
    from regulars.reporting import duplicates  # noqa: PLC0415 -- after django.setup()

    found = duplicates.find_duplicates()
    values = {"pairs": found["pairs"], "new": found["new"], "gone": found["gone"], "seconds": found["seconds"]}
    sentences = [_("%(pairs)s pairs may be one customer: %(new)s new, %(gone)s gone, in %(seconds).1f s.") % values]
    if not any(kind["learned"] for kind in found["kinds"].values()):
        sentences.append(_("Not enough data to learn from yet: the weights the product comes with were used."))
    output.show(found, as_json=as_json, sentences=sentences)


def _row(pair: Any) -> dict[str, Any]:
    return {
        "id": pair.pk,
        "left": pair.left_id,
        "right": pair.right_id,
        "left_name": pair.left.name,
        "right_name": pair.right.name,
        "probability": round(pair.probability, 4),
        "weight": round(pair.weight, 2),
        "evidence": pair.evidence,
    }
