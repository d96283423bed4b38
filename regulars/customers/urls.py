"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from regulars.customers.views import fields, merging, page, people, reach, record, relations, tasks, today

app_name = "customers"
urlpatterns = [
    path("", today.today, name="today"),
    path("customers/new/", record.new, name="new"),
    path("customers/new/likely/", merging.likely, name="likely"),
    path("customers/merge/", merging.merge, name="merge"),
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
    path("customers/<int:pk>/relations/", relations.page, name="relations"),
    path("customers/<int:pk>/relations/add/", relations.add, name="add-relation"),
    path("customers/<int:pk>/people/", people.add_colleague, name="add-colleague"),
    path("customers/<int:pk>/people/<int:person>/move/", people.move, name="move-person"),
    path("customers/<int:pk>/household/", people.household, name="make-household"),
    path("customers/<int:pk>/roles/", people.add_role, name="add-role"),
    path("customers/<int:pk>/roles/<int:role>/end/", people.end_role, name="end-role"),
    path("customers/<int:pk>/relations/candidates/", relations.candidates, name="candidates"),
    path("customers/<int:pk>/relations/<int:relation>/end/", relations.end, name="end-relation"),
    path("customers/<int:pk>/snooze/", tasks.snooze, name="snooze"),
    path("customers/<int:pk>/wake/", tasks.wake, name="wake"),
    path("settings/fields/new/", fields.new, name="new-field"),
    path("settings/fields/<int:pk>/", fields.change, name="change-field"),
    path("settings/fields/<int:pk>/retire/", fields.retire, name="retire-field"),
    path("settings/fields/<int:pk>/move/", fields.move, name="move-field"),
    path("customers/<int:pk>/merge-with/", merging.merge_with, name="merge-with"),
    path("customers/<int:pk>/merges/<int:merge>/undo/", merging.unmerge, name="unmerge"),
    path("duplicates/<int:pk>/", merging.duplicate, name="duplicate"),
    path("duplicates/<int:pk>/merge/", merging.merge_pair, name="merge-pair"),
    path("duplicates/<int:pk>/apart/", merging.keep_apart, name="keep-apart"),
    path("tasks/<int:pk>/done/", tasks.done, name="task-done"),
]
