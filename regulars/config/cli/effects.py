"""``regulars effect``: what experiments found, a file that was measured elsewhere, sums worked out anew."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.config.cli import output
from regulars.config.cli.commands import ready
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.marketing.effect.models import Experiment


def measure(arguments: Namespace) -> int:
    """Make an experiment of a file and print its report."""
    from regulars.marketing.effect import importing  # noqa: PLC0415 -- after django.setup()

    ready()
    chosen = importing.Chosen(
        arm=arguments.arm, control=arguments.control, outcomes=tuple(arguments.outcome), before=arguments.before,
        currency=arguments.currency or _currency(), shares=dict(map(_share, arguments.share)),
    )  # fmt: skip
    try:
        with arguments.file.open("rb") as raw:
            made = importing.measure_file(
                importing.opened(raw), name=arguments.name or arguments.file.name, chosen=chosen, by=None
            )
    except OSError as error:
        raise UserError(_("The file cannot be read: %(why)s") % {"why": error.strerror or error}) from error
    return _report(made.pk, as_json=arguments.json)


def _currency() -> str:
    from regulars.marketing.effect import queries  # noqa: PLC0415

    return queries.currency()


def _share(word: str) -> tuple[str, float]:
    arm, _equals, share = word.rpartition("=")
    try:
        return arm, float(share)
    except ValueError as error:
        raise UserError(_("“%(word)s” is not of the form GROUP=SHARE") % {"word": word}) from error


def report(arguments: Namespace) -> int:
    """Print every experiment with its sentence, or one report whole."""
    from regulars.marketing.effect import queries, sentences  # noqa: PLC0415
    from regulars.marketing.effect.models import Experiment  # noqa: PLC0415

    ready()
    if arguments.experiment is not None:
        return _report(arguments.experiment, as_json=arguments.json)
    found = [queries.report(one) for one in Experiment.objects.order_by("-pk")]
    told = [
        {"experiment": one.experiment, "name": sentences.name_of(one), "said": sentences.headline(one)} for one in found
    ]
    lines = [f"{one['experiment']:>6} {one['name']}\n{'':>6} {one['said']}" for one in told]
    output.show({"experiments": told}, as_json=arguments.json, sentences=lines)
    return 0


def rebuild(arguments: Namespace) -> int:
    """Work the sums of an experiment out anew from the record."""
    from regulars.marketing.effect import keeping  # noqa: PLC0415

    ready()
    one = _one(arguments.experiment)
    if not one.columns:
        keeping.rebuild(one)
    return _report(one.pk, as_json=arguments.json)


def _one(pk: int) -> Experiment:
    from regulars.marketing.effect.models import Experiment  # noqa: PLC0415

    found = Experiment.objects.filter(pk=pk).first()
    if found is None:
        raise UserError(_("There is no experiment %(number)s.") % {"number": pk})
    return found


def _report(pk: int, *, as_json: bool) -> int:
    from regulars.marketing.effect import queries, sentences  # noqa: PLC0415

    told = queries.report(_one(pk))
    said = sentences.headline(told)
    lines = [said, *filter(None, [sentences.earned(told), sentences.best(told)]), *sentences.notes(told)]
    output.show({**told.as_json(), "said": said}, as_json=as_json, sentences=lines)
    return 0
