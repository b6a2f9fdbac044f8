"""The facts that indicators are computed from, by name."""

from __future__ import annotations

from data_access import captains, duty, nights, petitions, quality, reception, spot_checks
from data_access.fact import Fact

FACTS: dict[str, Fact] = {
    name: fact for subject in (captains, duty, nights, petitions, quality, reception, spot_checks) for name, fact in subject.FACTS.items()
}
