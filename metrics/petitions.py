"""Indicators of this subject."""

from metrics.definition import Indicator

INDICATORS: tuple[Indicator, ...] = ()
