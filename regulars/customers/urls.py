"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from regulars.customers.views import fields, page, reach, record, relations, tasks, today

app_name = "customers"
urlpatterns = [
    path("", today.today, name="today"),
    path("customers/new/", record.new, name="new"),
    path("customers/<int:pk>/", page.customer, name="customer"),
    path("customers/<int:pk>/parts/", page.parts, name="parts"),
    path("customers/<int:pk>/peek/", page.peek, name="peek"),
    path("customers/<int:pk>/timeline/", page.entries, name="timeline"),
    path("customers/<int:pk>/history/", page.history, name="history"),
    path("customers/<int:pk>/history/<int:revision>/undo/", record.undo_change, name="undo-change"),
    path("customers/<int:pk>/trash/", record.trash, name="move-to-trash"),
    path("customers/<int:pk>/restore/", record.restore, name="restore"),
    path("customers/<int:pk>/contact-points/", reach.add_point, name="add-point"),
    path("customers/<int:pk>/contact-points/<int:point>/", reach.replace_point, name="replace-point"),
    path("customers/<int:pk>/contact-points/<int:point>/prefer/", reach.prefer_point, name="prefer-point"),
    path("customers/<int:pk>/contact-points/<int:point>/end/", reach.end_point, name="end-point"),
    path("customers/<int:pk>/consent/", reach.consent, name="consent"),
    path("customers/<int:pk>/relations/", relations.add, name="add-relation"),
    path("customers/<int:pk>/relations/candidates/", relations.candidates, name="candidates"),
    path("customers/<int:pk>/relations/<int:relation>/end/", relations.end, name="end-relation"),
    path("customers/<int:pk>/snooze/", tasks.snooze, name="snooze"),
    path("customers/<int:pk>/wake/", tasks.wake, name="wake"),
    path("settings/fields/new/", fields.new, name="new-field"),
    path("settings/fields/<int:pk>/", fields.change, name="change-field"),
    path("settings/fields/<int:pk>/retire/", fields.retire, name="retire-field"),
    path("settings/fields/<int:pk>/move/", fields.move, name="move-field"),
    path("tasks/<int:pk>/done/", tasks.done, name="task-done"),
]
