"""The web process, started by ``supervisor.web_command``. What is for the API goes in by its own door.

No body is kept before it is known to be small enough: the API's door and ``web.bodies`` see to it.
"""

from __future__ import annotations

import os
from typing import Any, cast

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")


class InOneThread(ASGIHandler):
    """Carries out a request, its middleware included, in one go in the thread of the database.

    Django would enter that thread anew for every step of every middleware, each with a context of its own.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """As synchronous code, which all of it is."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The answer."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django.setup(set_prefix=False)
pages = InOneThread()

from django.conf import settings  # noqa: E402 -- after django.setup()

from regulars.channels.inbox.actions import MOST_BYTES as MOST_OF_AN_ANSWER  # noqa: E402
from regulars.config import collector  # noqa: E402
from regulars.config.backup import in_use  # noqa: E402
from regulars.integrations.api.asgi import ApiDoor  # noqa: E402
from regulars.integrations.imports.actions import MOST_BYTES  # noqa: E402
from regulars.web.bodies import BodyDoor, Upload  # noqa: E402

UPLOADS = {
    "/imports/new/": Upload(MOST_BYTES, "imports.run"),
    "/inbox/files/": Upload(MOST_OF_AN_ANSWER + (1 << 20), "inbox.reply"),
}
application = ApiDoor(BodyDoor(cast("Any", pages), UPLOADS))
using = in_use.hold(settings.HOME)
collector.settle()
