"""Every room has its place: each context of the package stands in pyproject.toml's contracts for layers within a context.

Who may import whom between rooms is import-linter's work (`lint-imports`), whose first contract is exhaustive: a new
folder fails until it is given a place. Its contract for the inside of a context cannot be; this check makes it so.
"""

import tomllib
from pathlib import Path

from tools.checks.files import ROOT

INSIDE = "Inside a context: urls, views, resources, tasks, actions, queries, timeline, models"
MARKS = ("models.py", "models", "actions.py", "actions", "queries.py", "queries")


def contexts() -> set[str]:
    """Dotted names of the folders that have models, actions or queries."""
    package = ROOT / "regulars"
    others = {package / "intelligence", package / "kit", package / "web"}  # their inside has another shape
    folders = {path.parent for mark in MARKS for path in package.glob(f"**/{mark}")}
    kept = (path for path in folders if not others & {path, *path.parents})
    return {dotted(path) for path in kept}


def dotted(folder: Path) -> str:
    """`regulars/integrations/imports` as Python names it."""
    return ".".join(folder.relative_to(ROOT).parts)


def problems() -> list[str]:
    """Sentences about contexts that the contract does not list."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = next(set(contract["containers"]) for contract in contracts if contract["name"] == INSIDE)
    return [f"{name}: add it to the contract “{INSIDE}” in pyproject.toml" for name in sorted(contexts() - listed)]
