"""The domain-free shell: the frame, the component tags, the generic list, the palette, the static files.

A context declares what it has (``resources.py``: Resources, Places, palette actions, shortcuts) and this room
turns the declarations into screens. It knows no customer, no order and no team.

The main words: ``Resource`` (an entity and everything that can be done with a list of it), ``Place`` (a line of the
left rail), ``Entry`` (a line of the command palette), ``Shortcut`` (a line of the ``?`` sheet), ``undo.offer``.
"""
