"""Reads and writes of the shared database. Knows nothing of indicators; see docs/architecture.md."""

from data_access.settings import taken_over

taken_over()
