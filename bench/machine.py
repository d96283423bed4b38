"""On what, and with which versions, something was measured."""

import os
import platform
import sqlite3
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

LIBRARIES = ("django", "duckdb", "numpy", "scipy", "pyarrow", "uvicorn")


def processor() -> str:
    """The processor's name as the kernel knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory_gb() -> float:
    """Main memory in GB."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def describe() -> dict[str, str]:
    """Processor, cores, memory, system, Python, SQLite and the libraries that matter."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def processor_seconds(address: str) -> float | None:
    """User and system seconds that the web process behind `address` has taken so far; None where no /proc tells it."""
    port = str(urlsplit(address).port)
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            words = told.read_bytes().decode(errors="replace").split("\0")
            if "uvicorn" in words and port in words:
                spent = told.with_name("stat").read_text().rpartition(")")[2].split()
                return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    return None
