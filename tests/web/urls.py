"""The product's addresses with those of the list of people."""

from django.urls import include, path

from regulars.config import urls
from regulars.config.urls import handler403, handler404, handler500
from regulars.web.urls import addresses_of
from regulars.web.urls import urlpatterns as shell
from tests.web.people import PEOPLE

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

rooms = [one for one in urls.urlpatterns if getattr(one, "app_name", None) != "web"]
urlpatterns = [path("", include(([*addresses_of(PEOPLE), *shell], "web"))), *rooms]
