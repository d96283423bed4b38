"""The pages and parts of pages that the shell answers with."""
