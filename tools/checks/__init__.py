"""The checks of `./run check`, one file for each that is more than a command."""
