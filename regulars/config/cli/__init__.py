"""The ``regulars`` command: everything an operator does without a browser.

Exit codes: 0 done, 1 failed, 2 wrong use or something the user can put right (said on standard error).
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    os.umask(0o077)  # the database is the customers: nobody else reads it, whoever made the folder
    import django  # noqa: PLC0415 -- the environment has to be set first
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415

    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(f"regulars: {error}", file=sys.stderr)
        return 2
    from django.db import DatabaseError, close_old_connections  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from regulars.config.cli import output, parser  # noqa: PLC0415
    from regulars.kit.errors import UserError  # noqa: PLC0415

    translation.activate(output.language())
    arguments = parser.build().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except UserError as error:
        output.complain(str(error), as_json=getattr(arguments, "json", False))
        return 2
    except DatabaseError as error:
        logging.getLogger("regulars.cli").debug("the database refused", exc_info=True)
        output.complain(output.database_refused(error), as_json=getattr(arguments, "json", False))
        return 1
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 -- the reader went away (e.g. head); nothing is wrong
        return 0
    except KeyboardInterrupt:
        return 130
    finally:
        close_old_connections()


def console() -> argparse.ArgumentParser:
    """The parser, for documentation."""
    from regulars.config.cli import parser  # noqa: PLC0415

    return parser.build()
