"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from regulars.channels.inbox.views import acts, answers, content, desk, writing

app_name = "inbox"
urlpatterns = [
    path("inbox/", desk.desk, name="inbox"),
    path("inbox/version/", desk.version, name="version"),
    path("inbox/rows/", desk.rows, name="rows"),
    path("inbox/acts/", acts.act, name="act"),
    path("inbox/answers/", answers.answers, name="answers"),
    path("inbox/answers/new/", answers.change, name="new-answer"),
    path("inbox/answers/<int:pk>/", answers.change, name="change-answer"),
    path("inbox/answers/<int:pk>/remove/", answers.remove, name="remove-answer"),
    path("inbox/entries/<int:pk>/html/", content.html, name="html"),
    path("inbox/entries/<int:pk>/text/", content.text, name="text"),
    path("inbox/entries/<int:pk>/state/", content.state, name="state"),
    path("inbox/files/", writing.add_files, name="add-files"),
    path("inbox/files/<int:pk>/", content.attachment, name="attachment"),
    path("inbox/<int:pk>/", desk.conversation, name="conversation"),
    path("inbox/<int:pk>/earlier/", desk.earlier, name="earlier"),
    path("inbox/<int:pk>/glance/", desk.glance, name="glance"),
    path("inbox/<int:pk>/presence/", desk.presence, name="presence"),
    path("inbox/<int:pk>/reply/", writing.reply, name="reply"),
    path("inbox/<int:pk>/note/", writing.note, name="note"),
    path("inbox/<int:pk>/draft/", writing.draft, name="draft"),
    path("inbox/<int:pk>/files/<int:file>/remove/", writing.remove_file, name="remove-file"),
    path("inbox/<int:pk>/attach/", acts.attach, name="attach"),
    path("inbox/<int:pk>/customer/", acts.make_customer, name="make-customer"),
]
