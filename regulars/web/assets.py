"""Style sheets and scripts that a context adds to every page, because its slide-overs may open anywhere.

assets.register(style="customers/customers.css", script="customers/customers.js")
"""

from __future__ import annotations

styles: list[str] = []
scripts: list[str] = []


def register(*, style: str = "", script: str = "") -> None:
    """Load these static files on every page, after the shell's own; registering twice loads once."""
    if style and style not in styles:
        styles.append(style)
    if script and script not in scripts:
        scripts.append(script)
