"""How quick the board is: a full overview in a browser, many viewers at once, every query. ``make bench`` writes RESULTS.md."""
