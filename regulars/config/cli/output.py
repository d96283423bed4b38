"""What the command says: sentences for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from django.utils.translation import gettext as _


def language() -> str:
    """The reader's language: REGULARS_LANGUAGE, else LC_ALL / LC_MESSAGES / LANG; Chinese of any kind reads Traditional."""
    for name in ("REGULARS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, "").strip():
            return "zh-hant" if value.lower().startswith("zh") else "en"
    return "en"


def say(*lines: str) -> None:
    """Print sentences."""
    for line in lines:
        print(line, flush=True)


def show(result: dict[str, Any], *, as_json: bool, sentences: list[str]) -> None:
    """Print ``result`` as one JSON object, or the sentences."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, default=str), flush=True)
    else:
        say(*sentences)


def complain(message: str, *, as_json: bool) -> None:
    """Print what went wrong on standard error; with ``--json`` also as an object on standard output."""
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False), flush=True)
    print(f"regulars: {message}", file=sys.stderr, flush=True)


def database_refused(error: Exception) -> str:
    """The sentence for a database that is away, locked, full or read-only."""
    return _("The database refused: %(error)s. “regulars doctor” says what is wrong.") % {
        "error": str(error).strip().rstrip(".")
    }


def progress(done: int, total: int, label: str) -> None:
    """Show how far long work has come, on a terminal only."""
    if sys.stderr.isatty():
        share = f"{100 * done // max(total, 1):3d} %"
        print(f"\r{label} {share}  ", end="" if done < total else "\n", file=sys.stderr, flush=True)
