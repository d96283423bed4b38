"""``regulars merge`` and ``regulars unmerge``: one record of two, and two of one again."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from django.utils.translation import gettext as _

from regulars.config.cli import commands, output
from regulars.kit.errors import UserError


def merge(arguments: Namespace) -> int:
    """Merge LOSER into WINNER."""
    from regulars.customers import actions  # noqa: PLC0415 -- after django.setup()

    commands.ready()
    winner, loser = _party(arguments.winner), _party(arguments.loser)
    choices = dict.fromkeys(arguments.take, "loser")
    made = actions.merge_parties(winner=winner, loser=loser, by=None, choices=choices)
    result = {"merge": made.pk, "batch": made.batch_id, "winner": winner.pk, "loser": loser.pk, "moved": made.counts}
    values = {"loser": loser.name, "winner": winner.name, "number": made.pk}
    sentence = _("“%(loser)s” is now part of “%(winner)s”. To take them apart: regulars unmerge %(number)s") % values
    output.show(result, as_json=arguments.json, sentences=[sentence])
    return 0


def unmerge(arguments: Namespace) -> int:
    """Take a merge back."""
    from regulars.customers import actions  # noqa: PLC0415 -- after django.setup()
    from regulars.customers.models import Merge  # noqa: PLC0415

    commands.ready()
    found = Merge.objects.select_related("winner", "loser").filter(pk=arguments.merge).first()
    if found is None:
        raise UserError(_("There is no merge number %(number)s.") % {"number": arguments.merge})
    actions.unmerge(merge=found, by=None, different=arguments.different)
    result = {"merge": found.pk, "undone": True, "winner": found.winner_id, "loser": found.loser_id}
    values = {"loser": found.loser.name, "winner": found.winner.name}
    sentence = _("“%(loser)s” is apart from “%(winner)s” again.") % values
    output.show(result, as_json=arguments.json, sentences=[sentence])
    return 0


def _party(number: int) -> Any:
    from regulars.customers.models import Party  # noqa: PLC0415 -- after django.setup()

    found = Party.objects.filter(pk=number).first()
    if found is None:
        raise UserError(_("There is no customer number %(number)s.") % {"number": number})
    return found
