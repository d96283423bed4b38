"""Reading single values: what a cell of text means, and the sentence when it means nothing. Pure functions."""
