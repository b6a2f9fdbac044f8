"""Reads and writes of the shared database. Knows nothing of indicators; see docs/architecture.md."""
