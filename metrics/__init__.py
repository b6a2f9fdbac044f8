"""What every number means: pure functions from facts to figures, the registry, the rulebook, ranking. Knows no database."""
