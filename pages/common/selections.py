"""Left for pages that are not converted yet."""

from pages.common.years import year_choices

__all__ = ["year_choices"]
