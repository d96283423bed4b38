"""What the records hold beside the fields that are defined."""

from __future__ import annotations

from regulars.customers.models import FieldDefinition, Party


def kept_by_imports(most: int = 5_000) -> dict[str, int]:
    """Names under which imports kept columns that no field defines, with how many of the ``most`` newest parties have one."""
    known = set(FieldDefinition.objects.values_list("key", flat=True))
    found: dict[str, int] = {}
    for custom in Party.objects.live().exclude(custom={}).order_by("-pk").values_list("custom", flat=True)[:most]:
        for key in custom:
            if key not in known:
                found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda one: -one[1]))
