"""What customers ask of every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from regulars.customers import fields

Answer = Callable[[HttpRequest], HttpResponseBase]


def fields_once(get_response: Answer) -> Answer:
    """Within one request custom fields are read once, however often a page asks for them."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        fields.begin_request()
        try:
            return get_response(request)
        finally:
            fields.end_request()

    return answer
