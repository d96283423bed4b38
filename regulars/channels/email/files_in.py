"""Mail from files: one mail, a folder of them (Maildir too), or an mbox with many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from regulars.channels.email import store

_BEGINS: Final = re.compile(rb"^From \S+.*\d{4}\s*$")
"""The line that begins a mail in an mbox; a sentence that begins with "From" ends in no year."""
_QUOTED: Final = re.compile(rb"^>(>*From )")
_MOST: Final = 2 * store.LARGEST


def mails_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every mail at ``path``, with a name for it. Of one larger than twice what is taken the rest is passed over."""
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.is_file() and not any(part.startswith(".") or part == "tmp" for part in one.relative_to(path).parts):
                yield from mails_in(one)
        return
    with path.open("rb") as file:
        is_mbox = bool(_BEGINS.match(file.readline(1_000)))
    if not is_mbox:
        with path.open("rb") as file:
            yield path.name, file.read(_MOST)
        return
    for number, raw in enumerate(_split(path), start=1):
        yield f"{path.name}:{number}", raw


def _split(path: Path) -> Iterator[bytes]:
    """The mails of an mbox, without the lines that begin them."""
    lines: list[bytes] = []
    size, blank = 0, True
    with path.open("rb") as file:
        for line in file:
            if blank and _BEGINS.match(line):
                if lines:
                    yield b"".join(lines)
                lines, size = [], 0
            elif size < _MOST:
                size += len(line)
                lines.append(_QUOTED.sub(rb"\1", line))
            blank = not line.strip()
    if lines:
        yield b"".join(lines)
