"""Which files the checks look at: what git knows or would add, and that still exists."""

import os
import subprocess
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = {".git", ".venv", "var", "node_modules", "vendor", "__pycache__", "build", "dist"} | {
    f".{tool}_cache" for tool in ("mypy", "ruff", "pytest", "import_linter")
}


def listed_by_git(patterns: tuple[str, ...]) -> list[str] | None:
    """Names of the files that git keeps or would add; None where there is no git, as in an unpacked release."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    try:
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [name for name in done.stdout.split("\0") if name]


def found_by_walking(patterns: tuple[str, ...]) -> list[str]:
    """Names of the files below the root that are neither made nor fetched, and match one of the patterns."""
    names = []
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in MADE]
        names += [str(Path(folder, name).relative_to(ROOT)) for name in files]
    return [name for name in names if not patterns or any(fnmatch(name, pattern) for pattern in patterns)]


def kept(*patterns: str) -> list[Path]:
    """The repository's files that match the patterns (all when none is given), sorted; `*` also matches `/`."""
    listed = listed_by_git(patterns)
    names = found_by_walking(patterns) if listed is None else listed
    return [path for path in (ROOT / name for name in sorted(set(names))) if path.is_file()]


def shown(path: Path) -> str:
    """The path as a reader knows it, from the repository's root."""
    return str(path.relative_to(ROOT))
