"""The facts that indicators are computed from, by name."""

from __future__ import annotations

from data_access import burden, captains, duty, nights, outcomes, petitions, quality, reception, rosters, spot_checks
from data_access.fact import Fact

SUBJECTS = (burden, captains, duty, nights, outcomes, petitions, quality, reception, rosters, spot_checks)
FACTS: dict[str, Fact] = {name: fact for subject in SUBJECTS for name, fact in subject.FACTS.items()}
