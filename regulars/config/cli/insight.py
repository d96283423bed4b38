"""``regulars insight``: the questions that the data answer, and one answer as the page shows it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.config.cli import output
from regulars.config.cli.commands import ready
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.intelligence.trust import Judgement
    from regulars.reporting.insight.trusting import Model


def run(arguments: Namespace) -> int:
    """Print every question with its answer, or one analysis whole."""
    from regulars.intelligence import analyses  # noqa: PLC0415 -- after django.setup()
    from regulars.reporting import queries  # noqa: PLC0415

    ready()
    run = queries.last_done()
    if run is None or run.as_of is None:
        raise UserError(_("Nothing has been analysed yet: “regulars refresh” does it."))
    if arguments.truth:
        return _truth(as_json=arguments.json)
    stored = {one.name: one.result for one in run.results.all()}
    if not arguments.name:
        return _list(stored, as_json=arguments.json)
    if arguments.name not in analyses.names():
        known = ", ".join(analyses.names())
        raise UserError(
            _("There is no analysis “%(name)s”; there are: %(known)s") % {"name": arguments.name, "known": known}
        )
    return _one(run.as_of.isoformat(), arguments.name, stored.get(arguments.name, {}), as_json=arguments.json)


def _truth(*, as_json: bool) -> int:
    from regulars.demo import closeness  # noqa: PLC0415 -- after django.setup()

    found = closeness.measure()
    if not found:
        raise UserError(_("This is not the demonstration company: what is true of its customers is not known."))
    compared = {name: one for name, figures in found.items() if (one := closeness.told(name, figures))}
    told = {
        name: {
            "true": str(one.true),
            "said": [f"{label}: {value}" for label, value in one.told],
            "figures": found[name],
        }
        for name, one in compared.items()
    }
    lines = [f"{name:<12} {one['true']}\n{'':<12} {'; '.join(one['said'])}" for name, one in told.items()]
    output.show({"analyses": told}, as_json=as_json, sentences=lines)
    return 0


def _list(stored: dict[str, dict[str, object]], *, as_json: bool) -> int:
    from regulars.reporting import sentences  # noqa: PLC0415

    told = [
        {"name": name, "question": str(sentences.about(name).question), "answer": sentences.paragraph(result)}
        for name, result in stored.items()
    ]
    lines = [f"{one['name']:<14} {one['question']}\n{'':<14} {one['answer']}" for one in told]
    output.show({"analyses": told}, as_json=as_json, sentences=lines)
    return 0


def _one(as_of: str, name: str, result: dict[str, object], *, as_json: bool) -> int:
    from regulars.reporting import sentences  # noqa: PLC0415
    from regulars.reporting.insight.page import sureness  # noqa: PLC0415
    from regulars.reporting.insight.trusting import judged, models_of  # noqa: PLC0415

    about, models = sentences.about(name), models_of(name, result)
    verdict = judged(name, models)
    result = verdict.told(result)
    told = {
        "name": name, "question": str(about.question), "answer": sentences.paragraph(result), "as_of": as_of,
        "trusted": verdict.trusted, "models": [_model(one, verdict) for one in models], "result": result,
    }  # fmt: skip
    doubts = [one.doubt for one in models]
    lines = [str(about.question), sentences.paragraph(result), sureness(result), *doubts, str(about.how)]
    output.show(told, as_json=as_json, sentences=[line for line in lines if line])
    return 0


def _model(model: Model, verdict: Judgement) -> dict[str, object]:
    """One model: whether it may be believed, why, and what rests on it."""
    code = model.trust.model
    return {
        "model": code, "trusted": model.verdict.trusted, "amounts": model.verdict.amounts, "said": model.said,
        "rests": list(verdict.rests.get(code, ())),
    }  # fmt: skip
