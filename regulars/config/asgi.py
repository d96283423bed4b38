"""The web process: ``uvicorn regulars.config.asgi:application``. What is for the API goes in by its own door."""

from __future__ import annotations

import os
from typing import Any, cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
pages = get_asgi_application()

from django.conf import settings  # noqa: E402 -- after django.setup()

from regulars.config.backup import in_use  # noqa: E402
from regulars.integrations.api.asgi import ApiDoor  # noqa: E402

application = ApiDoor(cast("Any", pages))
using = in_use.hold(settings.HOME)
