"""The beginning of each record, and what customers permitted and refused, with proof."""

from __future__ import annotations

from typing import Final

import numpy as np

from regulars.customers.models import Consent
from regulars.demo.loader.bulk import write
from regulars.demo.loader.entries import as_json
from regulars.demo.loader.staff import MARKETING
from regulars.demo.loader.talk import Desk
from regulars.demo.simulator.model import DAYS, Kind
from regulars.demo.simulator.profiles import AGREES
from regulars.demo.words import firms, phrases

_COMPANIES: Final = ("email", "phone")  # companies are asked about


def load_beginnings(desk: Desk) -> None:
    """That each record was made, and from what source, on the timeline."""
    moments = desk.calendar.moments(np.floor(desk.company.people.lead_at))
    sources = [as_json({"source": firms.LEAD_SOURCES[source]}) for source in desk.company.profiles.source.tolist()]
    desk.entries.add(moments, kind="customers.created", customer_id=desk.found.keys, payload=sources)


def load_consents(desk: Desk) -> int:
    """Write what customers permitted and refused, with proof; returns the number of rows."""
    people, profiles = desk.company.people, desk.company.profiles
    asked = (people.kind != Kind.CORPORATE)[:, None] | np.isin(list(AGREES), _COMPANIES)[None, :]
    customer, column = np.nonzero(profiles.agrees & asked)
    withdrawn = profiles.withdrawn_at[customer, column]
    gone = np.flatnonzero(withdrawn < DAYS)
    at = np.concatenate([np.floor(people.lead_at[customer]) + 1e-3, withdrawn[gone]])
    who, channel = np.concatenate([customer, customer[gone]]), np.concatenate([column, column[gone]])
    names = list(AGREES)
    channels, granted = [names[c] for c in channel.tolist()], [True] * len(customer) + [False] * len(gone)
    proofs = [
        phrases.CONSENT_PROOF[(who_ * 5 + c) % 6] if given else phrases.CONSENT_WITHDRAWN[(who_ + c) % 5]
        for who_, c, given in zip(who.tolist(), channel.tolist(), granted, strict=True)
    ]
    moments = desk.calendar.moments(at)
    keys = [desk.found.keys[i] for i in who.tolist()]
    pks = desk.keys.run(Consent, len(keys))
    rows = write(
        Consent, len(keys), id=pks, party_id=keys, channel=channels, state=["granted" if given else "withdrawn" for given in granted],
        given_at=moments, recorded_at=moments, evidence=proofs, source="會員系統",
    )  # fmt: skip
    desk.entries.add(
        moments, kind=["customers.consent_given" if given else "customers.consent_withdrawn" for given in granted], customer_id=keys,
        channel=channels, object_type="consent", object_id=pks, department=MARKETING,
        payload=[as_json({"purpose": "marketing", "channel": c, "evidence": proof}) for c, proof in zip(channels, proofs, strict=True)],
    )  # fmt: skip
    return rows
