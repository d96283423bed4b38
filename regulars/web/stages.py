"""The eight stages of a relationship and the classes of value as the eye meets them: word, glyph, colour.

Which customer is in which stage is decided elsewhere; here is only how a stage looks, the same on every screen.
The glyph is ``glyph-<key>`` of the icon sprite, the colour the token ``--stage-<key>``.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

STAGES: dict[str, Promise] = {
    "recruit": pgettext_lazy("stage", "Recruit"),
    "welcome": pgettext_lazy("stage", "Welcome"),
    "getting_to_know": pgettext_lazy("stage", "Getting to know"),
    "account_management": pgettext_lazy("stage", "Account management"),
    "intensify": pgettext_lazy("stage", "Intensify"),
    "pre_divorce": pgettext_lazy("stage", "Pre-divorce"),
    "divorce": pgettext_lazy("stage", "Divorce"),
    "recovery": pgettext_lazy("stage", "Recovery"),
}

VALUE_CLASSES: dict[str, Promise] = {
    "most_valuable": pgettext_lazy("value class", "Most valuable"),
    "most_growable": pgettext_lazy("value class", "Most growable"),
    "below_zero": pgettext_lazy("value class", "Below zero"),
}
