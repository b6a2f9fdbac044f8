"""The papers about one candidate."""

from functools import partial

from pages.common.downloads import file_button
from reports.meeting_files import DOCX
from reports.selection_files import standing_bytes
from reports.views.standing import Explained


def standing_button(it: Explained) -> None:
    """评选说明 for Word, to hand to the captain."""
    name = f"{it.found.name} {it.title}"
    content = partial(standing_bytes, it)
    file_button("评选说明（Word）", f"{name}.docx", DOCX, content, key="paper-standing", what=f"{name} · docx", icon=":material/draft:")
