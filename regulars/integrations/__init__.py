"""Other systems: what comes in from files and goes out to them. Calls actions and queries, owns no rules."""
