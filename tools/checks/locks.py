"""The lock files hold what pyproject.toml and package.json ask for, with a hash for each and no address."""

import json
import re
import tomllib

from tools.checks.files import ROOT

REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")


def plain(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    """The packages that requirement lines name."""
    return {plain(match.group()) for line in requirements if (match := REQUIREMENT.match(line))}


def locked(file: str) -> set[str]:
    """The packages that a lock file pins."""
    return named([line for line in (ROOT / file).read_text().splitlines() if "==" in line])


def problems() -> list[str]:
    """Sentences about what is asked for and not locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "requirements.txt": named(project["project"]["dependencies"]),
        "requirements-test.txt": named(project["project"]["optional-dependencies"]["test"]),
    }
    found = [
        f"{file} lacks {name}: ./run lock" for file, names in wanted.items() for name in sorted(names - locked(file))
    ]
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    held = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    found += [f"package-lock.json lacks {name}: ./run lock" for name in asked if f"node_modules/{name}" not in held]
    found += [f"package-lock.json: {name} has an address" for name, package in held.items() if "resolved" in package]
    found += [
        f"package-lock.json: {name} has no hash"
        for name, package in held.items()
        if name and "integrity" not in package
    ]
    return found
