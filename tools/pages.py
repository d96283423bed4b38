"""Which pages there are to look at: those named here, and every address without arguments that answers with a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """A page under the name of its picture. `{customer}` and `{import}` in the path stand for a record's id."""

    name: str
    path: str
    signed_in: bool = True


PAGES = (
    Page("sign-in", "/sign-in/", signed_in=False),
    Page("today", "/"),
    Page("customers", "/customers/"),
    Page("customers-slide-over", "/customers/?open={customer}"),
    Page("customers-narrowed", "/customers/?stage=pre_divorce"),
    Page("customer", "/customers/{customer}/"),
    Page("import", "/imports/{import}/"),
    Page("not-found", "/nothing-here/"),
    Page("patterns", "/patterns/"),
)


def records() -> dict[str, int]:
    """What the names in paths stand for: the customer of most revenue, the newest import. Absent where there is none."""
    from django.apps import apps

    from regulars.customers.models import CustomerSummary

    best = CustomerSummary.objects.order_by("-revenue").values_list("party_id", flat=True).first()
    found = {"customer": best}
    for model in apps.get_app_config("imports").get_models():
        if model.__name__ == "Import":
            found["import"] = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return {name: pk for name, pk in found.items() if pk is not None}


def answering_with_a_page(user: Any) -> Iterator[Page]:
    """Every address without arguments that answers `user` with a whole page, under its URL name."""
    from django.test import Client

    from tests.support.addresses import walk

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(user)
    for named in walk():
        if named.converters:
            continue
        answer = client.get(named.address())
        html = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
        if answer.status_code == 200 and html and b"</html>" in answer.content:
            yield Page(named.name.replace(":", "-"), named.address())


def all_pages(user: Any) -> list[Page]:
    """The pages named here, with their records filled in, then the others; each path once."""
    known = records()
    pages: dict[str, Page] = {}
    for page in PAGES:
        wanted = [name for name in ("customer", "import") if f"{{{name}}}" in page.path]
        if set(wanted) <= set(known):
            path = page.path.format(**known)
            pages[path] = Page(page.name, path, page.signed_in)
    for page in answering_with_a_page(user):
        pages.setdefault(page.path, page)
    return list(pages.values())
