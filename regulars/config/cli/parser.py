"""The words of the command line, with help in the reader's language."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars import __version__
from regulars.config.cli import (
    commands,
    doctor,
    duplicates,
    effects,
    finding,
    insight,
    mail,
    merging,
    safekeeping,
    serve,
    tokens,
    worker,
)
from regulars.staff.models import Role


def build() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets ``run``, a function of the parsed arguments."""
    parser = argparse.ArgumentParser(
        prog="regulars", description=_("Regulars: know your customers, and show in money what it did.")
    )
    parser.add_argument("--version", action="version", version=f"regulars {__version__}")
    sub = parser.add_subparsers(title=_("commands"), required=True, metavar=_("COMMAND"))
    _init(sub)
    _serve(sub)
    _import(sub)
    _refresh(sub)
    _user(sub)
    _token(sub)
    _search(sub)
    _duplicates(sub)
    _merging(sub)
    _mail(sub)
    _safekeeping(sub)
    _effect(sub)
    _command(sub, "doctor", doctor.run, _("check that everything needed is there and well"))
    return parser


def _command(sub: Any, name: str, run: Any, help_: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = sub.add_parser(name, help=help_, description=help_)
    command.add_argument("--json", action="store_true", help=_("answer in JSON"))
    command.set_defaults(run=run)
    return command


def _port(word: str) -> int:
    if word.isascii() and word.isdigit() and 0 < int(word) < 65_536:
        return int(word)
    raise argparse.ArgumentTypeError(_("“%(word)s” is not a port between 1 and 65535") % {"word": word})


def _count(word: str) -> int:
    if word.isascii() and word.isdigit():
        return int(word)
    raise argparse.ArgumentTypeError(_("“%(word)s” is not a number of rows") % {"word": word})


def _init(sub: Any) -> None:
    command = _command(sub, "init", commands.init, _("prepare the data folder and the database"))
    command.add_argument(
        "--demo", action="store_true", help=_("load the demonstration company when the system is empty")
    )
    command.add_argument(
        "--customers",
        type=_count,
        default=5_000,
        metavar="N",
        help=_("size of the demonstration company (default %(default)s)"),
    )
    command.add_argument("--seed", type=int, default=1, help=_("the same seed draws the same company"))


def _search(sub: Any) -> None:
    command = _command(sub, "search", finding.run, _("find customers, or write the search index anew"))
    command.add_argument("text", nargs="*", metavar="TEXT", help=_("a name, number or address, or a part of it"))
    command.add_argument("--rebuild", action="store_true", help=_("write the index anew from the record"))


def _merging(sub: Any) -> None:
    command = _command(
        sub, "merge", merging.merge, _("make one record of two; everything that hangs on the second moves")
    )
    command.add_argument("winner", type=int, help=_("the number of the customer who is kept"))
    command.add_argument("loser", type=int, help=_("the number of the customer who becomes part of it"))
    command.add_argument(
        "--take",
        action="append",
        default=[],
        metavar=_("FIELD"),
        help=_("a field whose value comes from the second, e.g. name, address, owner; may be repeated"),
    )
    command = _command(sub, "unmerge", merging.unmerge, _("take two merged records apart again"))
    command.add_argument("merge", type=int, help=_("the number of the merge"))
    command.add_argument("--different", action="store_true", help=_("remember that they are different"))


def _duplicates(sub: Any) -> None:
    command = _command(
        sub, "duplicates", duplicates.run, _("list records that may be one customer, the likeliest first")
    )
    command.add_argument(
        "--find", action="store_true", help=_("search the whole record now, and learn the weights anew")
    )
    command.add_argument("--limit", type=_count, help=_("at most so many"))


def _effect(sub: Any) -> None:
    group = sub.add_parser("effect", help=_("what experiments found"), description=_("what experiments found"))
    parts = group.add_subparsers(title=_("commands"), required=True, metavar=_("COMMAND"))
    command = _command(parts, "report", effects.report, _("say what each experiment did, or tell one whole"))
    command.add_argument("experiment", type=int, nargs="?", help=_("the number of the experiment"))
    command = _command(parts, "rebuild", effects.rebuild, _("work the sums of an experiment out anew from the record"))
    command.add_argument("experiment", type=int, help=_("the number of the experiment"))
    command = _command(parts, "import", effects.measure, _("measure an experiment made elsewhere, from a file"))
    command.add_argument("file", type=Path, help=_("CSV file with a line for each unit, also gzipped"))
    command.add_argument("--arm", required=True, metavar=_("COLUMN"), help=_("the column that names the group"))
    command.add_argument("--control", required=True, metavar=_("GROUP"), help=_("the group that was left alone"))
    command.add_argument(
        "--outcome", required=True, action="append", metavar=_("COLUMN"),
        help=_("a column that was measured: 0 and 1, or money; the first is the primary one"),
    )  # fmt: skip
    command.add_argument("--before", default="", metavar=_("COLUMN"), help=_("a number known before, which adjusts"))
    command.add_argument(
        "--share", action="append", default=[], metavar=_("GROUP=SHARE"), help=_("how large a group was meant to be")
    )
    command.add_argument("--name", default="", help=_("what it is called"))
    command.add_argument("--currency", default="", help=_("of the money in the file, e.g. USD"))


def _serve(sub: Any) -> None:
    command = _command(sub, "serve", serve.run, _("serve the pages and do the background work"))
    command.add_argument(
        "--host", default=os.environ.get("HOST", "127.0.0.1"), help=_("address to listen on (default %(default)s)")
    )
    command.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT", "8000"),
        help=_("port to listen on (default %(default)s)"),
    )
    command = _command(sub, "worker", worker.run, _("do the background work only"))
    command.add_argument(
        "--queue", choices=worker.QUEUES, help=_("with a broker: do what it brings, long tasks or messages to be sent")
    )
    command.add_argument("--processes", type=_count, default=1, help=_("with --queue: in so many processes"))


def _import(sub: Any) -> None:
    command = _command(sub, "import", commands.import_, _("import orders, customers or timeline entries from a file"))
    command.add_argument("file", type=Path, help=_("CSV, TSV or Excel file; CSV also gzipped"))
    command.add_argument("--kind", help=_("what the rows are: orders, customers, events … (guessed when left out)"))
    command.add_argument(
        "--source", default="", help=_("name of the system the file comes from; its numbers are known under that name")
    )
    command.add_argument(
        "--map",
        action="append",
        default=[],
        metavar=_("FIELD=COLUMN"),
        help=_("which column holds a field; may be repeated"),
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=_("OPTION=VALUE"),
        help=_("e.g. date_order=dmy, decimal=comma, currency=GBP, duplicates=drop"),
    )
    command.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    command.add_argument("--no-refresh", action="store_true", help=_("do not refresh the analysis afterwards"))
    command = _command(sub, "export", commands.export, _("write all customers to a file"))
    command.add_argument("file", type=Path, help=_("where to; readable by you only"))
    command.add_argument(
        "--what",
        choices=("customers", "assets", "contracts"),
        default="customers",
        help=_("what leaves; assets and contracts as csv or xlsx (default %(default)s)"),
    )
    command.add_argument(
        "--format",
        default="csv",
        help=_(
            "csv, xlsx (come back in), vcard, vcard3, google, outlook, hubspot, salesforce, odoo (default %(default)s)"
        ),
    )
    command = _command(sub, "undo", commands.undo, _("take an import or another bulk change back"))
    command.add_argument("batch", type=int, help=_("the number of the batch"))


def _refresh(sub: Any) -> None:
    command = _command(sub, "refresh", commands.refresh, _("compute value, class and stage of every customer"))
    command.add_argument(
        "--full", action="store_true", help=_("read every fact and write every score again, whatever is remembered")
    )
    command.add_argument("--as-of", metavar=_("DATE"), help=_("as if it were the end of that day (YYYY-MM-DD)"))
    command = _command(sub, "insight", insight.run, _("answer the questions of Insight from the last refresh"))
    command.add_argument("name", nargs="?", metavar=_("NAME"), help=_("one analysis; without it, all of them"))
    command.add_argument(
        "--truth",
        action="store_true",
        help=_("how close each came to what is true of the demonstration company, from the rows as they are now"),
    )
    command = _command(sub, "customers", commands.customers, _("list the customers with their figures"))
    command.add_argument("--limit", type=_count, help=_("at most so many"))


def _user(sub: Any) -> None:
    command = sub.add_parser("user", help=_("add or change people who sign in"))
    verbs = command.add_subparsers(title=_("commands"), required=True, metavar=_("COMMAND"))
    add = _command(
        verbs,
        "add",
        commands.user_add,
        _("add a user; the password is read from REGULARS_PASSWORD or made up and shown"),
    )
    add.add_argument("username", help=_("sign-in name"))
    add.add_argument("--role", choices=Role.values, default=Role.OWNER.value, help=_("what the person does here"))
    add.add_argument("--name", default="", help=_("name to show"))
    add.add_argument("--email", default="", help=_("e-mail address"))
    add.add_argument("--language", choices=["", "en", "zh-hant"], default="", help=_("language of the screens"))
    _command(verbs, "list", commands.user_list, _("list all users"))
    password = _command(verbs, "password", commands.user_password, _("give a user a new password"))
    password.add_argument("username", help=_("sign-in name"))
    unlock = _command(verbs, "unlock", commands.user_unlock, _("let a user try again at once after wrong tries"))
    unlock.add_argument("username", help=_("sign-in name"))
    unlock.add_argument("--factors", action="store_true", help=_("remove the second factors too (a lost phone)"))
    disable = _command(verbs, "disable", commands.user_disable, _("let a user no longer sign in"))
    disable.add_argument("username", help=_("sign-in name"))


def _safekeeping(sub: Any) -> None:
    command = _command(sub, "backup", safekeeping.backup, _("write the whole system to one file, while people work"))
    command.add_argument(
        "file", type=Path, nargs="?", help=_("where to (default: the folder backups of the data folder)")
    )
    command.add_argument(
        "--compare", type=Path, metavar=_("FILE"), help=_("only say whether the system is what this backup holds")
    )
    command = _command(
        sub, "restore", safekeeping.restore, _("make the system what a backup holds, on either database")
    )
    command.add_argument("file", type=Path, help=_("the backup"))
    command.add_argument("--replace", action="store_true", help=_("the data that are here may give way"))
    _command(sub, "upgrade", safekeeping.upgrade, _("back up, then bring the data to this version"))


def _mail(sub: Any) -> None:
    command = sub.add_parser("mail", help=_("take mail in from files"))
    verbs = command.add_subparsers(title=_("commands"), required=True, metavar=_("COMMAND"))
    take = _command(
        verbs, "take", mail.take, _("take in mails: files, folders of files, mboxes; what is known already stays one")
    )
    take.add_argument("files", nargs="+", metavar=_("FILE"), help=_("a mail, a folder of mails, or an mbox"))


def _token(sub: Any) -> None:
    command = sub.add_parser("token", help=_("make or revoke API tokens"))
    verbs = command.add_subparsers(title=_("commands"), required=True, metavar=_("COMMAND"))
    create = _command(verbs, "create", tokens.create, _("make a token; its key is shown only now"))
    create.add_argument("--user", required=True, help=_("sign-in name of whom it acts as"))
    create.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar=_("SCOPE"),
        help=_("what it may be used for; may be repeated"),
    )
    create.add_argument("--name", default="command line", help=_("what it is for"))
    create.add_argument(
        "--days", type=_count, default=0, metavar="N", help=_("valid for so many days (default: for ever)")
    )
    create.add_argument(
        "--network", action="append", default=[], metavar="CIDR", help=_("from where it may be used; may be repeated")
    )
    _command(verbs, "list", tokens.list_, _("list all tokens"))
    revoke = _command(verbs, "revoke", tokens.revoke, _("let a token open nothing any more"))
    revoke.add_argument("token", type=int, help=_("the number of the token"))
