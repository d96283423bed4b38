"""The inbox: conversations with customers on somebody's desk, whatever channel they came by.

``actions.receive`` takes in what a channel heard, ``actions.reply`` answers through the outbox; a conversation is open (we owe
an answer), waiting (the customer does) or closed. docs/inbox.md tells the rest.
"""
