"""Addresses of call lists; the lists themselves are the shell's."""

from __future__ import annotations

from django.urls import path

from regulars.marketing.call_lists import views

app_name = "call_lists"
urlpatterns = [
    path("call-lists/new/", views.new, name="new"),
    path("call-lists/scripts/new/", views.script, name="new-script"),
    path("call-lists/scripts/<int:pk>/", views.script, name="script"),
    path("call-lists/scripts/<int:pk>/remove/", views.remove_script, name="remove-script"),
    path("call-lists/<int:pk>/", views.page, name="one"),
    path("call-lists/<int:pk>/change/", views.change, name="change"),
    path("call-lists/<int:pk>/remove/", views.remove, name="remove"),
    path("call-lists/<int:pk>/begin/", views.begin, name="begin"),
    path("call-lists/<int:pk>/call/", views.call, name="call"),
    path("call-lists/<int:pk>/call/<int:call>/outcome/", views.outcome, name="outcome"),
    path("call-lists/<int:pk>/call/<int:call>/later/", views.put_off, name="put-off"),
    path("call-lists/<int:pk>/stop/", views.stop, name="stop"),
]
