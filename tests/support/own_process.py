"""Starting processes of their own on the very database a test uses."""

import os
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from tools.chaos.home import at_noon


def environment_of_this_database(home: Path) -> dict[str, str]:
    """An environment in which ``regulars`` works on the test's database, with ``home`` for all else.

    The test must be transactional, and close its own connection while others write.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    told = connection.settings_dict
    env = kept | {"REGULARS_HOME": str(home), "LANG": "C.UTF-8"}
    if connection.vendor == "postgresql":
        address = f"{told['HOST'] or '127.0.0.1'}:{told['PORT'] or 5432}"
        env["REGULARS_DATABASE_URL"] = (
            f"postgresql://{quote(told['USER'])}:{quote(told['PASSWORD'])}@{address}/{told['NAME']}"
        )
    else:
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "regulars.sqlite3").symlink_to(Path(str(told["NAME"])))
    return env


def environment_that_sends(home: Path, mail_server: str) -> dict[str, str]:
    """The same, sending by a mail server, where it is noon: no quiet hours."""
    return environment_of_this_database(home) | {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_TIME_ZONE": at_noon(),
        "REGULARS_SMTP_URL": mail_server,
        "REGULARS_MAIL_FROM": "Regulars <hello@example.com>",
    }
