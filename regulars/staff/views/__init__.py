"""The door, one's own access, and the people who work here."""
