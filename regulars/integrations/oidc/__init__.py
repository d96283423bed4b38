"""The company's own sign-in (OpenID Connect): authorization code with PKCE, checked to the letter.

What the provider says of a person is handed to ``staff.actions.user_of_company``, which decides who that is here.
"""
