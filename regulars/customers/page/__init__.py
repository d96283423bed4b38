"""What the customer page says: facts of the profile turned into the reader's words, one file per line of the page."""
