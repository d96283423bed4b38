"""The three models by the kind of party."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from regulars.intelligence.models.linkage.households import HOUSEHOLDS
from regulars.intelligence.models.linkage.organisations import ORGANISATIONS
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.intelligence.models.linkage.spec import Model

MODELS: Final[Mapping[str, Model]] = {model.kind: model for model in (PEOPLE, ORGANISATIONS, HOUSEHOLDS)}
