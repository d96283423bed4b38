"""docs/analyses/NAME.md, made of what the file of the analysis says."""

import inspect
import re
import sys
from pathlib import Path

from regulars.intelligence import analyses
from regulars.intelligence.analyses import base

FOLDER = Path(__file__).parents[2] / "docs" / "analyses"


def document(name: str) -> str:
    """The page of one analysis."""
    one = analyses.get(name)
    about = inspect.cleandoc(one.__doc__).split("\n\n", 1)
    parts = [
        f"# {one.TITLE}\n\n**{one.QUESTION}**",
        *about[1:],
        f"## Why it matters\n\n{one.WHY}",
        f"## How it is computed\n\n{one.FORMULA}",
        f"Source: {one.SOURCE}.",
        _facts(name),
        _sentences(one),
    ]
    return "\n\n".join(part for part in parts if part).rstrip() + "\n"


def _facts(name: str) -> str:
    one = analyses.get(name)
    params = getattr(sys.modules[one.__name__], "Params", None)
    lines = [
        f"- reads: {', '.join(one.READS) or 'nothing'}",
        f"- makes: {', '.join(one.MAKES) or 'no table of its own'}",
    ]
    lines += [f"- tells of each customer: {', '.join(columns)}" for columns in one.GIVES.values()]
    for model, codes in base.rests(one).items():
        said = [one.SAYS[code] for code in codes if code in one.SAYS]
        columns = [code for code in codes if code in base.FORECAST]
        lines.append(f"- rests on the model *{one.SAYS[model]}*: {', '.join([*columns, *map(_quoted, said)])}")
    lines.append(f"- may be narrowed by: {', '.join(one.SLICES).replace('_', ' ') or 'nothing'}")
    if params is not None:
        ranges, defaults = params.ranges, params()
        lines += [
            f"- parameter `{key}`: {_default(getattr(defaults, key))}, from {legal.low:g} to {legal.high:g}"
            for key, legal in ranges.items()
        ]
    lines += [f"- page: /insight/{name}/", f"- command: `regulars insight {name} --json`"]
    return "## In figures\n\n" + "\n".join(lines)


def _default(value: float | None) -> str:
    return "not known" if value is None else f"{value:g}"


def _quoted(text: str) -> str:
    return "“" + re.sub(r"%\(\w+\)s", "…", text) + "”"


def _sentences(one: base.Analysis) -> str:
    said = ["- " + re.sub(r"%\(\w+\)s", "…", text) for text in one.SAYS.values() if "%(" in text]
    return "## What it says\n\n" + "\n".join(said) if said else ""
