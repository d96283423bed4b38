"""What developers and the build run: assets, tests, checks, screenshots. Nothing here is part of the product."""
