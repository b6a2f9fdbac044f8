"""What the county's database holds so far, for pages: asked anew as soon as a ledger comes in."""

from __future__ import annotations

from data_access.scope import Scope
from pages.common import loaders
from reports.views.contents import Contents


def contents_for(scope: Scope) -> Contents:
    """What there is in the county of a scope; all of its readers share the answer."""
    return loaders.source(scope).contents()
