"""Reading the environment, once, with a clear sentence for a wrong value."""

from __future__ import annotations

import contextlib
import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_SQLITE_PRAGMAS = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA temp_store=MEMORY;
PRAGMA cache_size=-64000;
PRAGMA mmap_size=268435456;
PRAGMA foreign_keys=ON;
"""


def text(name: str, default: str) -> str:
    """The variable ``name``, stripped, or ``default`` when it is absent or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """True for 1/true/yes/on, False for absent/0/false/no/off.

    Raises:
        ImproperlyConfigured: any other value.
    """
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int) -> int:
    """The variable ``name`` as a whole number of one or more, or ``default`` when it is absent or empty.

    Raises:
        ImproperlyConfigured: any other value.
    """
    value = text(name, str(default))
    if value.isascii() and value.isdigit() and 0 < int(value) < 10**9:
        return int(value)
    raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")


def broker_url() -> str:
    """The address of the queue between machines, empty without one.

    Raises:
        ImproperlyConfigured: it is no AMQP address, or Celery is not installed.
    """
    url = text("REGULARS_BROKER_URL", "")
    if url and urlsplit(url).scheme not in {"amqp", "amqps"}:
        raise ImproperlyConfigured("REGULARS_BROKER_URL must be amqp://user:password@host:port/vhost (or amqps://)")
    if url and find_spec("celery") is None:
        raise ImproperlyConfigured(
            "REGULARS_BROKER_URL needs Celery: pip install --require-hashes -r requirements-distributed.txt"
        )
    return url


def words(name: str, default: str) -> list[str]:
    """The comma-separated words of the variable ``name``."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def home() -> Path:
    """The data folder, made with owner-only access when it is not there yet.

    Raises:
        ImproperlyConfigured: it cannot be made or written to.
    """
    path = Path(text("REGULARS_HOME", "var")).expanduser().resolve()
    try:
        for folder in (path, path / "tmp", path / "files"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"the data folder {path} cannot be made: {error.strerror}") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"the data folder {path} may not be written to")
    return path


def secret_key(folder: Path) -> str:
    """REGULARS_SECRET_KEY, or the key kept in ``folder/secret-key`` (made on first use, readable by its owner only)."""
    if given := os.environ.get("REGULARS_SECRET_KEY", "").strip():
        return given
    path = folder / "secret-key"
    if not path.exists():
        draft = folder / f"secret-key.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the key
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def public_url(hosts: list[str], *, https: bool) -> str:
    """REGULARS_PUBLIC_URL: where customers reach the pages that messages lead to; else the first host, without a slash at the end.

    Raises:
        ImproperlyConfigured: it is no address of the web.
    """
    host = next((one for one in hosts if one.strip("*.")), "localhost").lstrip(".")
    default = f"https://{host}" if https else f"http://{host}:{text('PORT', '8000')}"
    url = text("REGULARS_PUBLIC_URL", default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured("REGULARS_PUBLIC_URL must look like https://crm.example.com")
    return url


def warehouse() -> str:
    """REGULARS_WAREHOUSE_URL: the Spark that groups the facts; empty when this machine does (DuckDB)."""
    url = os.environ.get("REGULARS_WAREHOUSE_URL", "").strip()
    if url and not url.startswith("spark://"):
        raise ImproperlyConfigured("REGULARS_WAREHOUSE_URL must look like spark://host:port or spark://local[2]")
    return url


def database(folder: Path) -> dict[str, Any]:
    """Django's setting for the database: REGULARS_DATABASE_URL (PostgreSQL), else SQLite in ``folder``."""
    url = os.environ.get("REGULARS_DATABASE_URL", "").strip()
    if not url:
        return {
            "ENGINE": "regulars.config.sqlite",
            "NAME": folder / "regulars.sqlite3",
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_PRAGMAS},
            "TEST": {"NAME": folder / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("REGULARS_DATABASE_URL must look like postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 20}},
    }
