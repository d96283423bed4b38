"""Sizes follow from good names: files p95 ≤ 400 lines and none over 600, functions p95 ≤ 35 and none over 60.

Migrations are not counted. A function's docstring is not counted: explaining is not penalised.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.checks.files import kept, shown

FILES = ("*.py", "*.html", "*.txt.tpl", "*.css", "*.js", "*.sql", "run", ".ci/run")
FILE_P95, FILE_MOST = 400, 600
FUNCTION_P95, FUNCTION_MOST = 35, 60


def percentile_95(sizes: list[int]) -> int:
    """The smallest size that 95 % of the sizes do not pass; 0 for none."""
    return sorted(sizes)[max(0, -(-len(sizes) * 95 // 100) - 1)] if sizes else 0


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function and method of a Python file, as `file:line name` with its lines less its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node, clean=False) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            yield f"{shown(path)}:{node.lineno} {node.name}", lines


def judge(what: str, sizes: dict[str, int], p95: int, most: int) -> list[str]:
    """Sentences about what is too large: each over the hard limit, and the largest when the 95th percentile is over."""
    problems = [f"{name}: {size} lines, at most {most}" for name, size in sizes.items() if size > most]
    reached = percentile_95(list(sizes.values()))
    if reached > p95:
        largest = sorted(sizes.items(), key=lambda item: -item[1])[:10]
        problems.append(f"95 % of {what} should be within {p95} lines, now {reached}; the largest:")
        problems += [f"  {size:4} {name}" for name, size in largest]
    return problems


def problems() -> list[str]:
    """Sentences about files and functions over their budget."""
    paths = [path for path in kept(*FILES) if "migrations" not in path.parts]
    files = {shown(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    sizes = dict(found for path in paths if path.suffix == ".py" for found in functions(path))
    return judge("files", files, FILE_P95, FILE_MOST) + judge("functions", sizes, FUNCTION_P95, FUNCTION_MOST)
