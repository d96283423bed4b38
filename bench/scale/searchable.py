"""Makes the search index of a filled database when it is not there: `python -m bench.scale.searchable`."""

from __future__ import annotations

import json
import time


def made_searchable() -> dict[str, float]:
    """Seconds it took (0 when it was there), and the number of parties found by it."""
    from regulars.customers import search
    from regulars.customers.models import Party, SearchDocument

    began = time.perf_counter()
    if SearchDocument.objects.count() < Party.objects.filter(merged_into=None).count():
        search.rebuild(afresh=True)
        return {"seconds": time.perf_counter() - began, "parties": SearchDocument.objects.count()}
    return {"seconds": 0.0, "parties": SearchDocument.objects.count()}


def main() -> None:
    """The command."""
    import django

    django.setup()
    print(json.dumps(made_searchable()))


if __name__ == "__main__":
    main()
