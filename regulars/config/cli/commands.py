"""What each command does: a few lines that call the rooms and say what came of it."""

from __future__ import annotations

import json
import os
import secrets
from argparse import Namespace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from regulars.config.cli import output
from regulars.kit.errors import UserError

_FIRST_YEAR, _LAST_YEAR = 1801, 2199
"""As in imports: what lies outside is a slip of the pen."""


def steps_ahead() -> list[str]:
    """The migrations that the database has not seen yet, ``app/name``."""
    executor = MigrationExecutor(connection)
    return [
        f"{step.app_label}/{step.name}" for step, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]


def has_tables() -> bool:
    """Whether there is anything in the database yet."""
    return bool(connection.introspection.table_names())


def migrate() -> int:
    """Bring the database up to date; returns the number of steps taken."""
    steps = steps_ahead()
    if steps:
        call_command("migrate", verbosity=0, interactive=False)
        from regulars.customers import search  # noqa: PLC0415 -- after django.setup()
        from regulars.customers.actions import ensure_indexes  # noqa: PLC0415

        ensure_indexes()  # rebuilding a table, as SQLite does, leaves out the indexes of custom fields
        search.catch_up(limit=None)
    return len(steps)


def ready() -> None:
    """Bring an older database up to date.

    Raises:
        UserError: there is none yet.
    """
    if not has_tables():
        raise UserError(_("There is nothing in %(home)s yet. Begin with: regulars init") % {"home": settings.HOME})
    migrate()


def init(arguments: Namespace) -> int:
    """Migrate; with ``--demo`` load the demonstration company into an empty system and analyse it."""
    steps = migrate()
    result: dict[str, Any] = {"home": str(settings.HOME), "migrations": steps, "demo": None}
    sentences = [_("Data folder: %(home)s") % {"home": settings.HOME}]
    if arguments.demo:
        result["demo"] = _load_demo(arguments)
        sentences += _demo_logins()
    output.show(result, as_json=arguments.json, sentences=sentences)
    return 0


def _load_demo(arguments: Namespace) -> dict[str, Any] | None:
    from regulars.customers.models import Party  # noqa: PLC0415 -- after django.setup()
    from regulars.demo import actions as demo  # noqa: PLC0415 -- loads numpy
    from regulars.demo import campaigns, closeness  # noqa: PLC0415
    from regulars.reporting import actions as reporting  # noqa: PLC0415 -- loads duckdb
    from regulars.reporting import duplicates  # noqa: PLC0415 -- loads duckdb

    if Party.objects.exists():
        return None
    if not arguments.json:
        output.say(_("Drawing the demonstration company…"))
    loaded = demo.load_demo(customers=arguments.customers, seed=arguments.seed)
    if not arguments.json:
        output.say(_("Letting its campaigns run…"))
    loaded["messages"] = campaigns.load_campaigns(seed=arguments.seed)
    if not arguments.json:
        output.say(_("Analysing it…"))
    reporting.refresh()
    duplicates.find_duplicates()
    closeness.measure()
    return loaded


def _demo_logins() -> list[str]:
    from regulars.demo import actions as demo  # noqa: PLC0415
    from regulars.staff.models import User  # noqa: PLC0415

    lines = [_("Sign in with the password “%(password)s” as:") % {"password": demo.PASSWORD}]
    return lines + [
        f"  {user.username:<14} {user.get_role_display()}"
        for user in User.objects.filter(is_active=True).order_by("pk")
    ]


def import_(arguments: Namespace) -> int:
    """Import a file, then refresh the analysis."""
    from regulars.integrations.imports import commands  # noqa: PLC0415
    from regulars.integrations.imports.actions import ImportFailedError  # noqa: PLC0415

    migrate()
    try:
        result = commands.import_file(
            arguments.file,
            kind=arguments.kind,
            source=arguments.source,
            mapping=_pairs(arguments.map),
            options=_pairs(arguments.set),
            dry_run=arguments.dry_run,
            progress=None if arguments.json else output.progress,
        )
    except ImportFailedError as error:
        output.complain(str(error), as_json=arguments.json)
        return 1
    if not arguments.dry_run and not arguments.no_refresh and result.get("accepted"):
        from regulars.reporting import actions as reporting  # noqa: PLC0415 -- loads duckdb

        reporting.refresh()
    output.show(result, as_json=arguments.json, sentences=commands.sentences(result))
    return 0


def export(arguments: Namespace) -> int:
    """Write the customers, or what they own, or what was agreed with them, to a file."""
    from regulars.integrations.exchange.actions import export_customers, export_things  # noqa: PLC0415

    ready()
    if arguments.what == "customers":
        result = export_customers(path=arguments.file, format_=arguments.format, by=None)
        sentence = _("%(customers)s customers written to %(file)s.") % result
    else:
        result = export_things(what=arguments.what, path=arguments.file, format_=arguments.format, by=None)
        sentence = _("%(rows)s rows written to %(file)s.") % result
    output.show(result, as_json=arguments.json, sentences=[sentence])
    return 0


def undo(arguments: Namespace) -> int:
    """Undo a batch, then refresh the analysis."""
    from regulars.customers.actions import undo_batch  # noqa: PLC0415
    from regulars.customers.models import Batch  # noqa: PLC0415
    from regulars.reporting import actions as reporting  # noqa: PLC0415

    ready()
    batch = Batch.objects.filter(pk=arguments.batch).first()
    if batch is None:
        raise UserError(_("There is no batch number %(number)s.") % {"number": arguments.batch})
    restored = undo_batch(batch=batch, by=None)
    reporting.refresh()
    sentence = _("Batch %(number)s has been undone.") % {"number": batch.pk}
    output.show({"batch": batch.pk, "undone": True, "restored": restored}, as_json=arguments.json, sentences=[sentence])
    return 0


def refresh(arguments: Namespace) -> int:
    """Run the analyses now."""
    from regulars.reporting import actions as reporting  # noqa: PLC0415
    from regulars.web.format import show_datetime  # noqa: PLC0415 -- after django.setup()

    migrate()
    result = reporting.refresh(as_of=_day_end(arguments.as_of), whole=arguments.full)
    as_of = show_datetime(datetime.fromisoformat(result["as_of"]))
    sentence = _("%(customers)s customers analysed as of %(as_of)s in %(seconds).1f s.") % {**result, "as_of": as_of}
    output.show(result, as_json=arguments.json, sentences=[sentence])
    return 0


def customers(arguments: Namespace) -> int:
    """Stream the customers: one JSON object a line, or a table."""
    from regulars.customers.queries.stream import stream_customers  # noqa: PLC0415

    ready()
    for number, row in enumerate(stream_customers(limit=arguments.limit)):
        if arguments.json:
            print(json.dumps(row, ensure_ascii=False, default=str))
            continue
        if number == 0:
            output.say(_customer_line(["id", _("stage"), _("class"), _("orders"), _("revenue"), _("name")]))
        output.say(_customer_line([row[key] for key in ("id", "stage", "class", "orders", "revenue", "name")]))
    return 0


def _customer_line(cells: list[Any]) -> str:
    number, stage, value_class, orders, revenue, name = ("–" if cell is None else str(cell) for cell in cells)
    return f"{number:>8}  {stage:<20} {value_class:<14} {orders:>6} {revenue:>16}  {name}"


def user_add(arguments: Namespace) -> int:
    """Add a user."""
    from regulars.staff.actions import create_user  # noqa: PLC0415

    migrate()
    password, made_up = _password()
    user = create_user(
        username=arguments.username,
        name=arguments.name,
        role=arguments.role,
        password=password,
        email=arguments.email,
        language=arguments.language,
    )
    result = {"username": user.username, "role": user.role, "password": password if made_up else None}
    sentences = [
        _("%(username)s can sign in as %(role)s.") % {"username": user.username, "role": user.get_role_display()}
    ]
    output.show(result, as_json=arguments.json, sentences=sentences + _made_up(password, made_up=made_up))
    return 0


def user_list(arguments: Namespace) -> int:
    """List the users."""
    from regulars.staff.models import User  # noqa: PLC0415

    ready()
    for user in User.objects.order_by("username"):
        row = {"username": user.username, "name": user.name, "role": user.role, "active": user.is_active}
        line = f"{user.username:<16} {user.get_role_display():<16} {user.name}" + (
            "" if user.is_active else f"  ({_('disabled')})"
        )
        output.show(row, as_json=arguments.json, sentences=[line])
    return 0


def user_password(arguments: Namespace) -> int:
    """Give a user a new password."""
    from regulars.staff.actions import set_password  # noqa: PLC0415

    ready()
    user = _user(arguments.username)
    password, made_up = _password()
    set_password(user=user, password=password)
    sentences = [
        _("%(username)s has a new password.") % {"username": user.username},
        *_made_up(password, made_up=made_up),
    ]
    output.show(
        {"username": user.username, "password": password if made_up else None},
        as_json=arguments.json,
        sentences=sentences,
    )
    return 0


def user_disable(arguments: Namespace) -> int:
    """Disable a user; their work stays."""
    ready()
    from regulars.staff.actions import deactivate_user  # noqa: PLC0415 -- after django.setup()

    user = _user(arguments.username)
    deactivate_user(user=user, by=None)
    sentence = _("%(username)s can no longer sign in.") % {"username": user.username}
    output.show({"username": user.username, "active": False}, as_json=arguments.json, sentences=[sentence])
    return 0


def user_unlock(arguments: Namespace) -> int:
    """Let in whoever lost the second factor, or has to wait after wrong tries: the last resort of the last owner."""
    ready()
    from regulars.staff.actions import drop_factors_of, unlock_user  # noqa: PLC0415 -- after django.setup()

    user = _user(arguments.username)
    unlock_user(user=user, by=None)
    factors = drop_factors_of(user=user, by=None) if arguments.factors else 0
    sentence = _("%(username)s may try again at once.") % {"username": user.username}
    told = {"username": user.username, "factors_removed": factors}
    output.show(told, as_json=arguments.json, sentences=[sentence])
    return 0


def _user(username: str) -> Any:
    from regulars.staff.models import User  # noqa: PLC0415

    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise UserError(_("There is no user “%(name)s”.") % {"name": username})
    return user


def _password() -> tuple[str, bool]:
    given = os.environ.get("REGULARS_PASSWORD", "")
    return (given, False) if given else (secrets.token_urlsafe(12), True)


def _made_up(password: str, *, made_up: bool) -> list[str]:
    return [_("Password (shown only now): %(password)s") % {"password": password}] if made_up else []


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UserError(_("“%(word)s” should read NAME=VALUE.") % {"word": word})
        pairs[key.strip()] = value.strip()
    return pairs


def _day_end(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 -- the company's zone is added below
    except ValueError as error:
        raise UserError(_("“%(value)s” is not a date like 2026-11-22.") % {"value": text}) from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        values = {"value": text, "first": _FIRST_YEAR, "last": _LAST_YEAR}
        raise UserError(_("“%(value)s” lies outside the years %(first)s to %(last)s.") % values)
    from django.utils import timezone  # noqa: PLC0415

    return timezone.make_aware(day.replace(hour=23, minute=59, second=59))
