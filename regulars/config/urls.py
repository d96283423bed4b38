"""Every address of the product, one line per room."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("regulars.customers.urls")),
    path("", include("regulars.channels.urls")),
    path("", include("regulars.channels.email.urls")),
    path("", include("regulars.channels.inbox.urls")),
    path("", include("regulars.channels.tracking.urls")),
    path("", include("regulars.reporting.urls")),
    path("", include("regulars.marketing.call_lists.urls")),
    path("", include("regulars.marketing.fulfilment.urls")),
    path("", include("regulars.marketing.draws.urls")),
    path("", include("regulars.marketing.content.urls")),
    path("", include("regulars.marketing.effect.urls")),
    path("", include("regulars.marketing.segments.urls")),
    path("", include("regulars.marketing.campaigns.urls")),
    path("", include("regulars.integrations.imports.urls")),
    path("", include("regulars.integrations.api.urls")),
    path("", include("regulars.integrations.webhooks.urls")),
    path("", include("regulars.integrations.oidc.urls")),
    path("", include("regulars.staff.urls")),
    path("", include("regulars.web.urls")),
]

handler403 = "regulars.web.views.errors.forbidden"
handler404 = "regulars.web.views.errors.not_found"
handler500 = "regulars.web.views.errors.broken"
