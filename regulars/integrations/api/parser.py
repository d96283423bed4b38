"""Ninja's way to our reading of JSON; apart, so that a process that nobody asks for the API never loads ninja."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from regulars.integrations.api.parsing import load
from regulars.integrations.api.problems import Problem


class StrictParser(Parser):
    """Ninja's door to ``load``."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The JSON body.

        Raises:
            Problem: 415 when it says to be something else, 400 when it is not JSON.
        """
        if request.content_type != "application/json":
            raise Problem(415, _("Please send application/json."))
        return load(request.body)
