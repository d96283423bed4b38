"""Which files the checks look at: what git knows or would add, and that still exists."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def kept(*patterns: str) -> list[Path]:
    """The repository's files that match the git patterns (all when none is given), sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [path for path in paths if path.is_file()]


def shown(path: Path) -> str:
    """The path as a reader knows it, from the repository's root."""
    return str(path.relative_to(ROOT))
