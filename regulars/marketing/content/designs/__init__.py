"""Designs to start from, each in both languages, and blocks to put into one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DESIGNS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "letter": (_("Letter"), _("A few personal sentences, as one would write them to one person.")),
    "offer": (_("Offer"), _("An offer with its code and last day, and products chosen for each recipient.")),
    "again": (_("See you again"), _("For customers of whom nothing was heard: their last product, and how long ago.")),
    "news": (_("News"), _("Two pieces of news side by side, and what a recipient may not know yet.")),
}
"""What a design is called and what it is for."""
_SUBJECTS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "letter": {"en": ("A word from {{ our_name }}", ""), "zh-hant": ("{{ our_name }}想和您說幾句話", "")},
    "offer": {
        "en": ("{{ offer | \"Something for you\" }}", "{% if offer_ends %}Until {{ offer_ends }}{% endif %}"),
        "zh-hant": ("{{ offer | \"為您準備的優惠\" }}", "{% if offer_ends %}優惠至{{ offer_ends }}止{% endif %}"),
    },
    "again": {
        "en": ("{{ given_name }}, it has been a while", "{{ again_product | \"Your favourites\" }} and more"),
        "zh-hant": ("{{ name }}，好久不見", "{{ again_product | \"您喜歡的商品\" }}還在等您"),
    },
    "news": {"en": ("What is new at {{ our_name }}", ""), "zh-hant": ("{{ our_name }}最新消息", "")},
}  # fmt: skip
BLOCKS: Final[Mapping[str, tuple[Promise, str]]] = {
    "heading": (_("Heading"), '<mj-text mj-class="title">…</mj-text>'),
    "text": (_("Text"), "<mj-text>…</mj-text>"),
    "button": (_("Button"), '<mj-button href="https://">…</mj-button>'),
    "picture": (_("Picture"), '<mj-image src="https://" alt="…" />'),
    "line": (_("Line"), "<mj-divider />"),
    "section": (_("Section"), "<mj-section>\n  <mj-column>\n    <mj-text>…</mj-text>\n  </mj-column>\n</mj-section>"),
    "columns": (
        _("Two columns"),
        "<mj-section>\n  <mj-column>\n    <mj-text>…</mj-text>\n  </mj-column>\n  <mj-column>\n    <mj-text>…</mj-text>\n  </mj-column>\n</mj-section>",
    ),
    "box": (_("Coloured box"), '<mj-section mj-class="box">\n  <mj-column>\n    <mj-text>…</mj-text>\n  </mj-column>\n</mj-section>'),
    "products": (
        _("Recommended products"),
        (
            "<mj-table>\n  {% for product in recommended limit 3 %}\n"
            '  <tr><td>{{ product.name }}</td><td align="right">{{ product.price }}</td></tr>\n  {% endfor %}\n</mj-table>'
        ),
    ),
    "if": (_("Only where something is known"), "{% if last_product %}\n<mj-text>{{ last_product }}</mj-text>\n{% endif %}"),
}  # fmt: skip
"""What a block is called, and what is put in."""


@cache
def draft(design: str) -> dict[str, dict[str, str]]:
    """A design as a draft in both languages. KeyError for one there is not."""
    folder = Path(__file__).parent
    return {
        language: {
            "subject": subject,
            "preheader": preheader,
            "mjml": (folder / f"{design}.{language}.mjml").read_text("utf-8"),
        }
        for language, (subject, preheader) in _SUBJECTS[design].items()
    }
