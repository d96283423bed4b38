"""Starting processes of their own on the very database a test uses."""

import os
from pathlib import Path
from urllib.parse import quote

from django.db import connection


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
