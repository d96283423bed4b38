"""Addresses of logging and of messages."""

from __future__ import annotations

from django.urls import path

from regulars.channels import views
from regulars.channels.outbox import views as outbox

app_name = "channels"
urlpatterns = [
    path("customers/<int:pk>/compose/", views.composer, name="composer"),
    path("customers/<int:pk>/log/<slug:mode>/", views.log, name="log"),
    path("customers/<int:pk>/ask-consent/", views.ask_consent, name="ask-consent"),
    path("outbox/<int:pk>/content/", outbox.content, name="message-content"),
]
