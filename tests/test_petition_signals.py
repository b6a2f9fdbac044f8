"""What rises is reckoned with the distributions of the statistics library, which the server does not load."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import bdtrc

from metrics.petition_signals import adjusted, beta_binomial_tail


@pytest.mark.parametrize("seed", range(20))
def test_the_chances_are_those_of_the_statistics_library(seed: int) -> None:
    chance = np.random.default_rng(seed)
    total, share, (a, b) = int(chance.integers(1, 3000)), chance.random(), chance.gamma(2, 20, 2) + 0.1
    least = int(chance.integers(0, total + 1))
    assert beta_binomial_tail(least, total, a, b) == pytest.approx(stats.betabinom.sf(least - 1, total, a, b), rel=1e-6, abs=1e-9)
    assert bdtrc(least - 1, total, share) == pytest.approx(stats.binom.sf(least - 1, total, share), rel=1e-6, abs=1e-12)
    many = chance.random(int(chance.integers(1, 50))) ** 3
    assert adjusted(many) == pytest.approx(stats.false_discovery_control(many))
