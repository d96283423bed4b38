"""The screens of the inbox."""
