"""A QR code as an inline picture: paths only, so that the page's policy allows it."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

BORDER = 4


def picture(text: str) -> SafeString:
    """The ``<svg>`` of ``text`` with a quiet zone of four modules."""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415 -- only this page needs it
    from qrcode.main import QRCode  # noqa: PLC0415

    code: QRCode = QRCode(border=BORDER, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}"/><path d="{path}"/></svg>',
        size=len(rows), label=_("QR code for the app"), path=path,
    )  # fmt: skip
