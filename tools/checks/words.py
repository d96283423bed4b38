"""What must never stand in the repository: addresses of package registries, paths of somebody's own machine, secrets."""

import re

from tools.checks.files import kept, shown

# Written in pieces, so that this file passes its own check.
REGISTRIES = (
    r"pypi\." + "org",
    r"pythonhosted\." + "org",
    r"npmjs\." + "(org|com)",
    r"(deb|security)\.debian\." + "org",
)
OWN_MACHINE = (r"(?<![\w.])/" + "work/", "/home/" + r"\w+/", "/Users/" + r"\w+/")
SECRETS = ("-----BEGIN [A-Z ]*PRIVATE " + "KEY",)
FORBIDDEN = re.compile("|".join((*REGISTRIES, *OWN_MACHINE, *SECRETS)))


def problems() -> list[str]:
    """`file:line: the words` for every place that names one."""
    found = []
    for path in kept():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := FORBIDDEN.search(line):
                found.append(f"{shown(path)}:{number}: {match.group()}")
    return found
