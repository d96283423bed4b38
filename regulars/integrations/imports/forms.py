"""What the pages of an import send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from regulars.integrations.imports.files.form import Corrections, Look
from regulars.integrations.imports.kinds import kind_called
from regulars.integrations.imports.plan import Options, Plan, is_own_field, options_from


def plan_from(data: Mapping[str, str], look: Look, before: Plan) -> Plan:
    """The plan as the mapping table and the rules say; what they do not mention stays.

    Raises:
        UserError: an option has a value it cannot have.
    """
    kind = kind_called(before.kind)
    known = {one.key for one in kind.fields}
    targets = tuple(
        target
        if (target := data.get(f"column-{place}", before.targets[place])) in known or is_own_field(target)
        else ""
        for place in range(len(look.columns))
    )
    told = {one.name: data[one.name] for one in fields(Options) if one.name in data}
    kept = {one.name: getattr(before.options, one.name) for one in fields(Options)}
    return Plan(before.kind, targets, options_from({**kept, **told}), layout=before.layout)


def corrections_from(data: Mapping[str, str]) -> Corrections:
    """What a person says about the file."""
    header = data.get("header", "")
    return Corrections(
        encoding=data.get("encoding", ""),
        delimiter=data.get("delimiter", ""),
        header="yes" if header == "yes" else "no" if header == "no" else "",
        sheet=data.get("sheet", ""),
    )
