"""The addresses of the shell, and four for every registered resource."""

from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web import resources
from regulars.web.views import bulk, cells, exports, lists, palette, patterns, preferences, saved, search, undo

app_name = "web"


def addresses_of(resource: resources.Resource) -> list[URLPattern]:
    """The addresses of one resource."""
    base, key = resource.path or f"{resource.key}/", resource.key
    return [
        path(base, lists.list_page, {"key": key}, name=f"list-{key}"),
        path(f"{base}export/", exports.export, {"key": key}, name=f"export-{key}"),
        path(f"{base}views/", saved.save, {"key": key}, name=f"save-view-{key}"),
        path(f"{base}bulk/<slug:action>/", bulk.run, {"key": key}, name=f"bulk-{key}"),
        path(f"{base}<str:pk>/cell/<slug:column>/", cells.cell, {"key": key}, name=f"cell-{key}"),
    ]


urlpatterns = [
    path("palette/", palette.find, name="palette"),
    path("search/", search.search_page, name="search"),
    path("undo/", undo.take_back, name="undo"),
    path("language/", preferences.language, name="language"),
    path("theme/", preferences.theme, name="theme"),
    path("views/<int:pk>/", saved.change, name="change-view"),
    path("patterns/", patterns.patterns, name="patterns"),
    *(pattern for resource in resources.all() for pattern in addresses_of(resource)),
]
