"""Addresses as they are compared, and the keyed digest by which a suppressed one is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.conf import settings

from regulars.customers.models import Channel, ContactPointKind
from regulars.kit import phone, text
from regulars.staff import sealing

CHANNELS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    ContactPointKind.EMAIL: (Channel.EMAIL,),
    ContactPointKind.MOBILE: (Channel.PHONE, Channel.SMS),
    ContactPointKind.PHONE: (Channel.PHONE,),
    ContactPointKind.FAX: (Channel.FAX,),
    ContactPointKind.LINE: (Channel.LINE,),
}
"""By which channels a contact point of a kind is reached."""
_NUMBERS: Final = {Channel.PHONE, Channel.SMS, Channel.FAX}


def normalise(channel: str, address: str) -> str:
    """The form in which addresses of ``channel`` are compared, as contact points are: E.164, lower case, folded text."""
    if channel in _NUMBERS:
        number = address if address.startswith("+") else phone.normalise(text.clean(address), region=settings.COUNTRY)
        return number.partition(";")[0]
    return text.clean(address).lower() if channel == Channel.EMAIL else text.fold(address)


def digest(channel: str, address: str) -> str:
    """64 hexadecimal digits, from which without the installation's secret nobody reads or tries out the address."""
    return sealing.digest(f"{channel}\0{normalise(channel, address)}", "suppressed")


def masked(address: str) -> str:
    """Enough of an address for its owner to know it: ``m•••@example.com``, ``•••678``."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else f"•••{address[-3:]}"
