"""Pictures of every page: `./run shots [NAME...]` into var/shots, wide and phone, both languages, light and dark.

Reports per page what a user would notice: errors on the console, requests to another machine, weight (as it crosses the
wire), and how long the server took to answer. 1 when there was an error or a request off the machine. Uses the data of
REGULARS_HOME; the demonstration company is loaded when there is none.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools import server
from tools.browser import FLAGS, INSTALL, find_chromium
from tools.pages import Page, all_pages
from tools.test import table

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("REGULARS_HOME") or ROOT / "var")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LOCALES = {"en": "en-GB", "zh-hant": "zh-TW"}
THEMES = ("light", "dark")
VARIANTS = ["-".join(parts) for parts in product(SIZES, LOCALES, THEMES)]


@dataclass
class Seen:
    """What was noticed while one page was opened in one variant."""

    status: int = 0
    html: int = 0
    assets: int = 0
    requests: int = 0
    milliseconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def parts_of(variant: str) -> tuple[str, str, str]:
    """Size, language and theme of a variant's name."""
    size, _, rest = variant.partition("-")
    language, _, theme = rest.rpartition("-")
    return size, language, theme


def watch(page: Any, home: str, expected_status: int) -> Seen:
    """Fills, while `page` loads, with the bytes on the wire and the complaints of the browser."""
    seen, kinds = Seen(), {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def arrived(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]
        if event["type"] == "Document" and not seen.status:
            timing = event["response"].get("timing", {})
            seen.status = event["response"]["status"]
            seen.milliseconds = timing.get("receiveHeadersEnd", 0) - timing.get("sendEnd", 0)

    def finished(event: dict[str, Any]) -> None:
        seen.requests += 1
        if kinds.get(event["requestId"]) == "Document":
            seen.html += event["encodedDataLength"]
        else:
            seen.assets += event["encodedDataLength"]

    def asked(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and f"{parts.scheme}://{parts.netloc}" != home:
            seen.problems.append(f"off the machine: {request.url}")

    def said(message: Any) -> None:
        own_status = expected_status >= 400 and f"status of {expected_status}" in message.text
        if message.type == "error" and not own_status:
            seen.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    wire.on("Network.responseReceived", arrived)
    wire.on("Network.loadingFinished", finished)
    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: seen.problems.append(f"exception: {error}"))
    return seen


@dataclass(frozen=True)
class Studio:
    """What stays the same from picture to picture."""

    browser: Any
    address: str
    folder: Path
    full: bool


@contextmanager
def opened(studio: Studio, session: str, variant: str) -> Iterator[Any]:
    """The browser as somebody has it: a variant, signed in by `session` unless that is empty."""
    size, language, theme = parts_of(variant)
    width, height = SIZES[size]
    context = studio.browser.new_context(
        base_url=studio.address,
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        color_scheme=theme,
        reduced_motion="reduce",
        has_touch=size == "phone",
    )
    cookies = {"django_language": language, "theme": theme} | ({"sessionid": session} if session else {})
    context.add_cookies([{"name": name, "value": value, "url": studio.address} for name, value in cookies.items()])
    yield context
    context.close()


def shoot(studio: Studio, context: Any, page: Page, variant: str) -> Seen:
    """Open `page`, wait until it is quiet, take the picture; a page that never becomes quiet is a problem."""
    window = context.new_page()
    seen = watch(window, studio.address, 404 if page.name == "not-found" else 200)
    try:
        window.goto(page.path, wait_until="networkidle", timeout=20_000)
    except Exception as error:  # noqa: BLE001 -- the report goes on with the next page
        seen.problems.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    window.screenshot(path=studio.folder / f"{page.name}-{variant}.png", full_page=studio.full)
    window.close()
    if seen.status >= 500:
        seen.problems.append(f"answered {seen.status}")
    return seen


def session_of(user: Any, language: str, theme: str) -> str:
    """A session for `user`, whose own choice of language and theme is made that of the picture."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    type(user).objects.filter(pk=user.pk).update(language=language, theme=theme)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def print_report(results: dict[str, list[Seen]]) -> int:
    """The table, then every problem once; returns how many pages had one."""
    rows = [("page", "status", "html kB", "assets kB", "requests", "answer ms", "problems")]
    for name, seen in results.items():
        first, slowest = seen[0], sorted(one.milliseconds for one in seen)[len(seen) // 2]
        html, assets = max(one.html for one in seen) / 1000, max(one.assets for one in seen) / 1000
        problems = str(sum(len(one.problems) for one in seen) or "")
        rows.append(
            (name, str(first.status), f"{html:.1f}", f"{assets:.1f}", str(first.requests), f"{slowest:.0f}", problems)
        )
    print(table(rows))
    bad = {name: sorted({problem for one in seen for problem in one.problems}) for name, seen in results.items()}
    for name, found in bad.items():
        for problem in found:
            print(f"{name}: {problem}")
    return sum(1 for found in bad.values() if found)


def take(pages: Sequence[Page], variants: Sequence[str], address: str, user: Any, chosen: argparse.Namespace) -> int:
    """Take every picture; returns how many pages had a problem."""
    from playwright.sync_api import sync_playwright

    results: dict[str, list[Seen]] = {}
    own_choice = {"language": user.language, "theme": user.theme}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        studio = Studio(browser, address, HOME / "shots", chosen.full)
        studio.folder.mkdir(exist_ok=True)
        for variant in variants:
            session = session_of(user, *parts_of(variant)[1:])
            with opened(studio, session, variant) as signed_in, opened(studio, "", variant) as guest:
                for page in pages:
                    seen = shoot(studio, signed_in if page.signed_in else guest, page, variant)
                    results.setdefault(page.name, []).append(seen)
        browser.close()
    type(user).objects.filter(pk=user.pk).update(**own_choice)
    print(f"{len(pages)} pages in {len(variants)} variants: {studio.folder}")
    return print_report(results)


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run shots", description="Screenshots of every page into var/shots.")
    parser.add_argument("names", nargs="*", help="names or addresses of pages; all when none is given")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="some of: %(default)s")
    parser.add_argument("--role", default="owner", help="as whom the pages are opened (default: %(default)s)")
    parser.add_argument("--as-is", action="store_true", help="do not load the demonstration company into an empty home")
    parser.add_argument("--full", action="store_true", help="the whole page instead of the first screenful")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Serve, sign in, look at everything; 1 when a page had a problem, 2 when Chromium is missing."""
    chosen = read_arguments(arguments)
    if find_chromium() is None:
        print(f"Chromium is not installed; to install it: {INSTALL}", file=sys.stderr)
        return 2
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "REGULARS_HOME": str(HOME),
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's loop runs in this thread
    }
    server.regulars("init", *([] if chosen.as_is else ["--demo"]), home=HOME)
    import django

    django.setup()
    from regulars.staff.models import User

    user = User.objects.filter(role=chosen.role, is_active=True).order_by("pk").first()
    if user is None:
        print(f"nobody has the role {chosen.role}", file=sys.stderr)
        return 2
    with server.running(HOME) as address:
        pages = [page for page in all_pages(user) if not chosen.names or {page.name, page.path} & set(chosen.names)]
        return 1 if take(pages, chosen.variants.split(","), address, user, chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
