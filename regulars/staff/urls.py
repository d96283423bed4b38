"""Addresses of staff."""

from __future__ import annotations

from django.urls import path

from regulars.staff.views import company, me, passkeys, people, roles, setup, sign_in

app_name = "staff"
urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/second/", sign_in.second, name="second"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("welcome/<str:token>/", me.welcome, name="welcome"),
    path("passkeys/begin/", passkeys.begin, name="passkey_begin"),
    path("passkeys/finish/", passkeys.finish, name="passkey_finish"),
    path("passkeys/add/begin/", passkeys.begin_adding, name="passkey_add_begin"),
    path("passkeys/add/finish/", passkeys.finish_adding, name="passkey_add_finish"),
    path("confirm/", me.confirm_again, name="confirm"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/app/", me.app, name="app"),
    path("me/codes/", me.codes, name="codes"),
    path("me/factors/<int:pk>/drop/", me.drop_factor, name="drop_factor"),
    path("me/sessions/<int:pk>/end/", me.end_session, name="end_session"),
    path("me/sessions/end-others/", me.end_others, name="end_others"),
    path("settings/company/", company.company, name="company"),
    path("users/new/", people.invite, name="invite"),
    path("users/roles/", roles.role_table, name="roles"),
    path("users/roles/reach/", roles.set_reach, name="set_reach"),
    path("users/roles/rights/", roles.set_rights, name="set_rights"),
    path("users/teams/", people.team_page, name="teams"),
    path("users/<int:pk>/", people.user, name="user"),
    path("users/<int:pk>/change/", people.change, name="change_user"),
    path("users/<int:pk>/link/", people.link, name="link"),
    path("users/<int:pk>/<slug:verb>/", people.act, name="act"),
]
