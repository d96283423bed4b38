"""The people who work here: users, teams, territories, and what each role may do.

Words: a *user* signs in; a *team* works together; a *territory* (銷售區域) is a part of the market owned by a team.
Main verbs: ``actions.create_user``, ``rules.can``, ``rules.reach``.
"""
