"""The contract's words, by table and column; ``metrics.vocabulary`` says the same, and a test holds the two equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_access.tables import (
    CaptainMark,
    DutyRoster,
    Household,
    LeavePeriod,
    NightSession,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    Table,
    TrainingAttendance,
)

ROLE_LEVELS = {
    "township_chief": "township",
    "township_leader": "township",
    "township_staff": "township",
    "village_chief": "village",
    "village_committee": "village",
    "patch_captain": "patch",
    "group_captain": "group",
    "cell_captain": "cell",
}
"""The level of the unit that each post belongs to."""
CAPTAIN_ROLES = ("patch_captain", "group_captain", "cell_captain")
MEETING_LEVELS = {
    "heart_talk": ("cell", "group", "patch", "village"),
    "analysis": ("village",),
    "weekly": ("patch",),
    "monthly": ("patch",),
    "captains": ("village", "township", "patch", "group"),
}
"""Where each kind of meeting is held."""
HANDLING_LEVELS = ("cell", "group", "patch", "village", "township", "county")
WORDS: Mapping[tuple[type[Table], str], Sequence[str]] = {
    (LeavePeriod, "kind"): ("leave", "secondment", "training"),
    (Household, "kind"): ("key", "ordinary"),
    (DutyRoster, "post"): ("lead", "member", "staff"),
    (NightSession, "kind"): ("study", "talk", "review"),
    (ReceptionSlot, "place"): ("office", "service_centre", "desk", "village_centre", "outreach"),
    (Petition, "channel"): ("wechat", "heart_talk", "yard_talk", "home_visit", "night_visit", "reception", "hotline", "other"),
    (Petition, "size"): ("small", "big", "hard"),
    (Petition, "sphere"): ("public", "private"),
    (Petition, "outcome"): ("resolved", "withdrawn", "transferred", "not_accepted"),
    (Petition, "level"): HANDLING_LEVELS,
    (PetitionEvent, "kind"): (
        "open",
        "dispatch",
        "return",
        "accept",
        "escalate",
        "extend",
        "progress",
        "resolve",
        "rate",
        "reopen",
        "follow_up",
        "close",
    ),
    (PetitionEvent, "from_level"): HANDLING_LEVELS,
    (PetitionEvent, "to_level"): HANDLING_LEVELS,
    (PetitionRating, "method"): ("phone", "questionnaire", "face"),
    (TrainingAttendance, "kind"): ("pooled", "catch_up", "micro", "contest"),
    (CaptainMark, "kind"): ("bonus", "veto", "spot_check"),
}
