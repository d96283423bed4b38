"""What a campaign says: designs in MJML in both languages, published as editions that never change, rendered per recipient.

``actions.publish`` makes an ``Edition`` whose ``ref`` goes into ``NewMessage.content_ref``; ``rendering`` writes the words of a
batch when it is sent. ``template`` is the language in which personal things are inserted, ``fields`` what there is to
insert, ``registries`` where other rooms say what is offered and recommended. docs/content.md.
"""
