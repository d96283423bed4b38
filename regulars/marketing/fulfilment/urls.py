"""Addresses of fulfilment; the lists are the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.fulfilment import public, views

app_name = "fulfilment"
urlpatterns = [
    path("literature/", public.literature, name="public"),
    path("fulfilment/items/new/", views.item, name="new-item"),
    path("fulfilment/items/<int:pk>/", views.item, name="item"),
    path("fulfilment/items/<int:pk>/remove/", views.remove_item, name="remove-item"),
    path("fulfilment/lists/<int:pk>/", views.page, name="one"),
    path("fulfilment/lists/<int:pk>/labels.<slug:form>", views.labels_file, name="labels"),
    path("fulfilment/lists/<int:pk>/sheet/", views.sheet, name="sheet"),
    path("fulfilment/lists/<int:pk>/send/", views.send, name="send"),
    path("fulfilment/lists/<int:pk>/unsend/", views.unsend, name="unsend"),
    path("fulfilment/lists/<int:pk>/remove/", views.remove, name="remove"),
    path("customers/<int:pk>/literature/", views.ask, name="ask"),
]
