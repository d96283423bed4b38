"""The product's URL map, walked: every named address with arguments that fit its converters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

NOWHERE = 999_999_999
SAMPLES: dict[str, Any] = {
    "IntConverter": NOWHERE,
    "StringConverter": "nothing-of-that-name",
    "SlugConverter": "nothing-of-that-name",
    "PathConverter": "nothing/of/that/name",
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
}
IDENTITIES = ("pk", "id", "party_id", "customer_id")


@dataclass(frozen=True)
class Named:
    """A URL name with the names and converters of its arguments."""

    name: str
    converters: Mapping[str, str]

    def address(self, pk: int | None = None) -> str:
        """The address with `pk` as every identity, or with arguments that lead nowhere."""
        arguments = {
            name: pk if pk is not None and name in IDENTITIES else SAMPLES[converter]
            for name, converter in self.converters.items()
        }
        return reverse(self.name, kwargs=arguments)


def walk(resolver: URLResolver | None = None, namespaces: tuple[str, ...] = ()) -> Iterator[Named]:
    """Every named pattern below `resolver` (by default of the whole product)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            converters = {name: type(one).__name__ for name, one in pattern.pattern.converters.items()}
            yield Named(":".join((*namespaces, pattern.name)), converters)
