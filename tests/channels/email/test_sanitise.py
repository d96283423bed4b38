"""HTML of mails: what may hurt is gone, what is meant stays, old letters are folded, pictures from elsewhere wait."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from regulars.channels.email import letter
from regulars.channels.email.pieces import Piece
from regulars.channels.email.plain import text_of
from regulars.channels.email.sanitise import LONGEST_RESULT
from regulars.channels.email.sanitise import sanitise as sanitised
from tests.support.mails import fixtures, spam_assassin


def sanitise(html: str, pieces: Sequence[Piece] = ()) -> str:
    """The HTML alone."""
    return sanitised(html, pieces)[0]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
FORBIDDEN = re.compile(
    r"<(script|iframe|object|embed|form|input|link|meta|base|style|svg|math|video|audio)\b|\son\w+\s*=|javascript:|vbscript:|"
    r"\ssrc=\"(?!data:image/(png|jpeg|gif|webp);)|url\(|expression\(|position\s*:|@import|<[^>]*\bbackground=|srcset=",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
        "<a href='JaVaScRiPt&#58;alert(1)'>x</a>", "<iframe src='https://x.example'></iframe>", "<math><mi//xlink:href='data:x,<script>'>",
        "<p style='background:url(https://x.example/t)'>x</p>", "<p style='background-image:image-set(\"https://x\" 1x)'>x</p>",
        "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>x</p>", "<p style='width:expression(alert(1))'>x</p>",
        "<style>@import url(https://x.example)</style>", "<link rel=stylesheet href=https://x.example>", "<base href=https://x.example>",
        "<meta http-equiv=refresh content='0;url=https://x.example'>", "<form action=https://x.example><input name=password></form>",
        "<table background=https://x.example/t.gif><td background=//x.example>x</table>", "<img srcset='https://x.example/t 1x'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img src='data:text/html,<script>x</script>'>", "<img src=//x.example/t.gif>",
        "<video src=https://x.example poster=https://x.example>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<template><script>x</script></template>", "<p title='\"><script>x</script>'>a</p>", "<!--><script>x</script>-->",
        "<p style='background-color:\\75 rl(https://x.example)'>x</p>", "<img src='cid:nobody'>", "<img src='https://x.example/1.gif' width=1 height=1>",
        "<details open ontoggle=alert(1)><summary>x</summary></details>", "<a href='data:text/html,<script>x</script>' >x</a>",
    ],
)  # fmt: skip
def test_nothing_that_acts_or_asks_elsewhere_is_left(html: str) -> None:
    assert not FORBIDDEN.search(sanitise(f"<p>before</p>{html}<p>after</p>").replace("&lt;", ""))


def test_what_is_meant_stays() -> None:
    told = sanitise(
        '<p style="color:#c00;font-weight:bold" dir="rtl">茶 &amp; <a href="https://x.example/?a=1&amp;b=2">葉</a></p><table><tr><td>1</td></tr></table>'
    )
    assert 'style="color:#c00;font-weight:bold"' in told
    assert 'dir="rtl"' in told
    assert 'href="https://x.example/?a=1&amp;b=2"' in told
    assert 'rel="noopener noreferrer nofollow"' in told
    assert "<td>1</td>" in told


def test_text_cannot_be_hidden_or_laid_over_the_rest() -> None:
    told = sanitise(
        '<p style="font-size:0px">a</p><p style="margin-top:-500px">b</p><p style="display:none;opacity:0">c</p><p style="line-height:0">d</p>'
    )
    assert "style" not in told


def test_pictures_that_came_with_it_are_put_in_and_others_wait() -> None:
    inside = Piece("image/png", PNG, "logo.png", content_id="logo@x")
    html = '<img src="cid:logo@x" alt="Tea"><img src="https://x.example/big.png" width="300" alt="far">'
    told = sanitise(html, [inside])
    assert 'src="data:image/png;base64,' in told
    assert 'data-from="https://x.example/big.png"' in told
    assert told.count("src=") == 1
    assert sanitised(html, [inside])[1] == [inside]
    svg = Piece("application/octet-stream", b"<svg>", "x.svg", content_id="logo@x")
    assert "data:" not in sanitise(html, [svg])


def test_what_grows_too_long_by_its_pictures_keeps_them_as_files() -> None:
    large = Piece("image/png", PNG + bytes(200_000), "photo.png", content_id="p@x")
    told, within = sanitised('<p>tea</p><img src="cid:p@x" alt="photo">' * 10, [large])
    assert len(told) < LONGEST_RESULT
    assert "tea" in told
    assert "data:" not in told
    assert within == []


@pytest.mark.parametrize(
    "html",
    ["<div>" * 80_000, "<div>" * 30_000 + "</div>" * 30_000, "<li><ul>" * 40_000, "<!--" * 100_000, "<p " * 130_000, "<a title='" * 40_000,
     "<table><tr><td>" * 27_000, "<blockquote>" * 33_000, "&amp;" * 80_000, "<" * 400_000, "<b><i>" * 60_000 + "</b>" * 60_000],
)  # fmt: skip
def test_html_made_to_keep_us_busy_does_not(html: str) -> None:
    began = time.process_time()
    sanitised(f"tea {html} x")
    text_of(f"tea {html} x")
    assert time.process_time() - began < 3


def test_the_letter_that_is_answered_is_folded() -> None:
    for html in (
        '<p>new</p><div class="gmail_quote">On Monday<blockquote class="gmail_quote">old</blockquote></div>',
        "<p>new</p><blockquote type=cite>old</blockquote>",
        "<p>new</p><blockquote style='border-left:1px solid'>old</blockquote>",
        '<div>new<hr id="stopSpelling">From: x<p>old</p></div>',
        '<p>new</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">From: x</div><p>old</p></div>',
        '<p>new</p><div id="divRplyFwdMsg">From: x<p>old</p></div>',
    ):
        told = sanitise(html)
        before, folds, after = told.partition('<details class="quoted">')
        assert folds, html
        assert "new" in before
        assert "old" in after.partition("</details>")[0]
    assert "<details" not in sanitise("<blockquote>a wise word</blockquote><p>and mine</p>")


def test_real_mails_are_left_without_anything_that_acts(real_data: Path) -> None:
    seen = folded = 0
    for name, raw in [*spam_assassin(real_data), *fixtures(real_data)]:
        read = letter.read(raw)
        html = read.html or (raw.decode("utf-8", "replace") if name.endswith(".html") else "")
        if html:
            seen += 1
            told = sanitise(html, read.attachments)
            found = FORBIDDEN.search(re.sub(r">[^<]*<", "><", told))
            assert found is None, (name, found)
            assert told.count("<details") == told.count("</details>")
            folded += "<details" in told
    assert seen > 200
    assert folded >= 12
