"""E-mail coming in: whatever arrives is kept, told by its kind, and brought to whom it concerns.

``actions.take_in`` is the one way in, for IMAP (``imap``), LMTP (``lmtp``) and files (``files_in``). ``letter`` reads a mail,
``kinds`` says what it is, ``reports`` reads bounces and complaints, ``sanitise`` makes its HTML harmless. docs/email.md.
"""
