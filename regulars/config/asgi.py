"""The web process: ``uvicorn regulars.config.asgi:application``. What is for the API goes in by its own door.

No body is kept before it is known to be small enough: the API's door and ``web.bodies`` see to it.
"""

from __future__ import annotations

import os
from typing import Any, cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
pages = get_asgi_application()

from django.conf import settings  # noqa: E402 -- after django.setup()

from regulars.config.backup import in_use  # noqa: E402
from regulars.integrations.api.asgi import ApiDoor  # noqa: E402
from regulars.integrations.imports.actions import MOST_BYTES  # noqa: E402
from regulars.web.bodies import BodyDoor, Upload  # noqa: E402

UPLOADS = {"/imports/new/": Upload(MOST_BYTES, "imports.run")}
application = ApiDoor(BodyDoor(cast("Any", pages), UPLOADS))
using = in_use.hold(settings.HOME)
