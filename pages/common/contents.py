"""What the county's database holds so far, for pages: asked anew as soon as a ledger comes in."""

from __future__ import annotations

from data_access import contents
from data_access.contents import CONTENT_TABLES
from data_access.scope import Scope
from metrics.vocabulary import Level
from pages.common import loaders
from reports.views.contents import Contents, contents_of


def contents_for(scope: Scope) -> Contents:
    """What there is in the county of a scope; all of its readers share the answer."""
    return contents_of(loaders.answer(contents.contents, loaders.figures_scope(scope, Level.TOWNSHIP), CONTENT_TABLES))
