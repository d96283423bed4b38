"""Reading JSON from strangers: bounded in size and depth, without characters that no name holds."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.integrations.api.problems import Problem

DEEPEST: Final = 32
JSON_BYTES: Final = 5 * 1024 * 1024


def load(raw: bytes) -> Any:
    """The value told by ``raw``.

    Raises:
        Problem: 400 when it is no JSON in UTF-8, is nested deeper than 32, or holds NUL, half a character or a number
            beyond all that a database keeps.
    """
    try:
        value = _JSON.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Problem(400, _("The body is not UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise Problem(400, _("The body is not JSON: %(reason)s") % {"reason": str(error)[:120]}) from error
    _check(value, 0)
    return value


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number in JSON")


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError(f"{word[:40]} is too large a number")
    return value


_JSON: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Problem(400, _("The body is nested too deeply."))
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, one in value.items():
            check_text(key)
            _check(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check(one, depth + 1)


def check_text(value: str) -> None:
    """Refuse what no database keeps.

    Raises:
        Problem: 400.
    """
    halved = not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)
    if halved or "\x00" in value:
        raise Problem(400, _("The request holds a character that cannot be kept (NUL or half a character)."))
