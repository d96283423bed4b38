"""What an import says in words: warnings, and the summary of a result."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.integrations.imports.kinds import kind_called


def warning(key: str, count: int, examples: list[str]) -> str:
    """One warning with its first examples."""
    sentence = (_of_people(count) | _of_files(count)).get(key, key) % {"n": count}
    return f"{sentence} ({'; '.join(examples[:5])}{'; …' if count > 5 else ''})" if examples else sentence


def _of_people(count: int) -> dict[str, str]:
    """Warnings about who somebody is."""
    return {
        "two_names": ngettext(
            "%(n)s customer number belongs to two names; the first name is kept.",
            "%(n)s customer numbers belong to two names; the first name is kept.",
            count,
        ),
        "two_parties": ngettext(
            "%(n)s row names two customers that are here apart; they may be the same.",
            "%(n)s rows name two customers that are here apart; they may be the same.",
            count,
        ),
        "maybe_same": ngettext(
            "%(n)s new customer has the e-mail address of another; they may be the same.",
            "%(n)s new customers have the e-mail address of another; they may be the same.",
            count,
        ),
        "several_firms": ngettext(
            "%(n)s row names a company of which there are several here; the person works at the oldest.",
            "%(n)s rows name a company of which there are several here; the persons work at the oldest.",
            count,
        ),
        "in_trash": ngettext(
            "%(n)s customer is in the trash and stays there.", "%(n)s customers are in the trash and stay there.", count
        ),
        "missing": ngettext(
            "%(n)s customer of this source is no longer in the file; it stays here.",
            "%(n)s customers of this source are no longer in the file; they stay here.",
            count,
        ),
    }


def _of_files(count: int) -> dict[str, str]:
    """Warnings about what a row holds."""
    return {
        "ahead": ngettext(
            "%(n)s row lies in the future; please check its date.",
            "%(n)s rows lie in the future; please check their dates.",
            count,
        ),
        "long_ago": ngettext(
            "%(n)s row lies before 1970; please check its date.",
            "%(n)s rows lie before 1970; please check their dates.",
            count,
        ),
        "tax_id": ngettext(
            "%(n)s tax ID does not pass the check; it is kept and joins nobody.",
            "%(n)s tax IDs do not pass the check; they are kept and join nobody.",
            count,
        ),
        "unread": ngettext(
            "%(n)s e-mail address or number could not be read; it is kept as a custom field.",
            "%(n)s e-mail addresses or numbers could not be read; they are kept as custom fields.",
            count,
        ),
        "older_report": ngettext(
            "%(n)s post is known from a later report; it stays as it is.",
            "%(n)s posts are known from a later report; they stay as they are.",
            count,
        ),
        "status": ngettext(
            "%(n)s status was not understood; the dates decide.",
            "%(n)s statuses were not understood; the dates decide.",
            count,
        ),
        "no_asset": ngettext(
            "%(n)s contract names an asset that its customer does not have here.",
            "%(n)s contracts name an asset that their customer does not have here.",
            count,
        ),
        "shortened": ngettext(
            "%(n)s text was longer than its field and has been shortened.",
            "%(n)s texts were longer than their fields and have been shortened.",
            count,
        ),
    }


def summary(result: dict[str, Any]) -> list[str]:
    """A result in a few lines, for a terminal."""
    named = {**result, "kind": str(kind_called(result["kind"]).label)}
    lines = [
        _("%(rows)s rows (%(kind)s): %(accepted)s accepted, %(known)s known already, %(rejected)s rejected.") % named,
    ]
    lines += _of_kind(result)
    if result["missing_file"]:
        lines.append(_("Who is no longer in the file: %(missing_file)s") % result)
    if result["anonymous"]:
        lines.append(_("%(anonymous)s rows name no customer and are kept as anonymous trade.") % result)
    if result["duplicates"]:
        lines.append(_("%(duplicates)s rows are exact duplicates.") % result)
    lines += result["warnings"]
    for reject in result.get("first_rejects", [])[:5]:
        lines.append(
            _("Row %(row)s, %(column)s: %(problem)s") % reject
            if reject["column"]
            else _("Row %(row)s: %(problem)s") % reject
        )
    if result["errors_file"]:
        lines.append(_("Rejected rows, to be corrected and imported again: %(errors_file)s") % result)
    if result["batch"]:
        lines.append(_("To take it back: regulars undo %(batch)s") % result)
    return lines


def _of_kind(result: dict[str, Any]) -> list[str]:
    """What the rows of this kind made."""
    lines = []
    if result["kind"] == "customers":
        return [
            _(
                "%(customers_created)s customers are new, %(customers_changed)s changed; %(relations_begun)s positions begun, %(relations_ended)s ended; %(ambiguous)s rows ambiguous."
            )
            % result
        ]
    if result["kind"] == "assets":
        return [_("%(assets_created)s assets are new, %(assets_changed)s changed.") % result]
    if result["kind"] == "contracts":
        sentence = _(
            "%(contracts_created)s contracts are new (%(contracts_renewed)s renewals), %(contracts_changed)s changed."
        )
        return [sentence % result]
    if result["customers_created"] or result["orders_created"] or result["returns"]:
        lines.append(
            _(
                "%(customers_created)s customers, %(orders_created)s orders and %(returns)s returns are new; revenue %(revenue)s %(currency)s."
            )
            % result
        )
    if result["orders_changed"]:
        lines.append(_("%(orders_changed)s orders that were here have changed; what they were is kept.") % result)
    return lines
