"""The office's words and the contract's codes. The first word of a code is what the template offers; others are taken as synonyms."""

from __future__ import annotations

from collections.abc import Mapping

from data_access.words import CAPTAIN_ROLES as CAPTAIN_ROLES
from data_access.words import MEETING_LEVELS as MEETING_LEVELS
from data_access.words import ROLE_LEVELS as ROLE_LEVELS


def _with_codes(words: Mapping[str, str]) -> dict[str, str]:
    return dict(words) | {code: code for code in words.values()}


ROLES = _with_codes(
    {
        "党政正职": "township_chief",
        "班子成员": "township_leader",
        "在编在岗职工": "township_staff",
        "两委主干": "village_chief",
        "其他两委干部": "village_committee",
        "片长": "patch_captain",
        "组长": "group_captain",
        "邻长": "cell_captain",
        "正职": "township_chief",
        "党委书记": "township_chief",
        "乡镇长": "township_chief",
        "镇长": "township_chief",
        "乡长": "township_chief",
        "副书记": "township_leader",
        "党委副书记": "township_leader",
        "副镇长": "township_leader",
        "副乡长": "township_leader",
        "党委委员": "township_leader",
        "村支书": "village_chief",
        "村党支部书记": "village_chief",
        "村主任": "village_chief",
        "村委会主任": "village_chief",
        "村委委员": "village_committee",
        "支委委员": "village_committee",
        "职工": "township_staff",
        "干部职工": "township_staff",
        "村两委主干": "village_chief",
        "两委其他干部": "village_committee",
        "两委干部": "village_committee",
    }
)
ROLE_NAMES: dict[str, str] = {}
for _word, _code in ROLES.items():
    ROLE_NAMES.setdefault(_code, _word)
TURNS = _with_codes(
    {
        "带班领导": "lead",
        "值班成员": "member",
        "值班人员": "staff",
        "带班": "lead",
        "带班人": "lead",
        "主班": "lead",
        "值班领导": "member",
        "班子成员": "member",
        "副班": "member",
        "值班干部": "staff",
        "值班职工": "staff",
        "值班": "staff",
    }
)
SESSIONS = _with_codes({"夜学": "study", "夜谈": "talk", "述学评学考学": "review", "述学": "review", "评学": "review", "考学": "review"})
PLACES = _with_codes(
    {
        "乡镇机关": "office",
        "便民服务中心": "service_centre",
        "坐班岗": "desk",
        "村服务中心": "village_centre",
        "带案下访": "outreach",
        "机关": "office",
        "服务中心": "service_centre",
        "坐班": "desk",
        "村便民服务中心": "village_centre",
        "下访": "outreach",
    }
)
MEETINGS = _with_codes(
    {
        "民情恳谈会": "heart_talk",
        "民情分析会": "analysis",
        "片长例会": "weekly",
        "民情碰头会": "monthly",
        "三长碰头会": "captains",
        "恳谈会": "heart_talk",
        "分析会": "analysis",
        "例会": "weekly",
    }
)
LEAVES = _with_codes(
    {
        "请假": "leave",
        "借调": "secondment",
        "培训": "training",
        "休假": "leave",
        "病假": "leave",
        "事假": "leave",
        "产假": "leave",
        "婚假": "leave",
        "年假": "leave",
        "年休假": "leave",
        "公休": "leave",
        "公休假": "leave",
    }
)
TRAININGS = _with_codes(
    {
        "集中培训": "pooled",
        "兜底培训": "catch_up",
        "小微培训": "micro",
        "竞赛": "contest",
        "集中": "pooled",
        "兜底": "catch_up",
        "小微": "micro",
    }
)
HOUSEHOLDS = _with_codes(
    {
        "重点户": "key",
        "普通户": "ordinary",
        "重点": "key",
        "普通": "ordinary",
        "一般户": "ordinary",
        "低保户": "key",
        "低保": "key",
        "五保户": "key",
        "五保": "key",
        "特困户": "key",
        "留守儿童户": "key",
    }
)
LEVELS = _with_codes(
    {
        "县": "county",
        "乡镇": "township",
        "村": "village",
        "片": "patch",
        "组": "group",
        "邻": "cell",
        "社区": "village",
        "村(社区)": "village",
        "行政村": "village",
        "镇": "township",
        "乡": "township",
        "街道": "township",
    }
)
CHANNELS = _with_codes(
    {
        "微信群": "wechat",
        "民情恳谈会": "heart_talk",
        "屋场夜话": "yard_talk",
        "入户问需": "home_visit",
        "夜访": "night_visit",
        "公示接待": "reception",
        "热线": "hotline",
        "其他": "other",
        "微信": "wechat",
        "恳谈会": "heart_talk",
        "接待": "reception",
        "12345": "hotline",
        "入户": "home_visit",
        "走访": "home_visit",
        "来电": "hotline",
        "电话": "hotline",
        "12345热线": "hotline",
        "政务热线": "hotline",
        "来访": "reception",
        "网格走访": "home_visit",
        "入户走访": "home_visit",
        "民情夜访": "night_visit",
    }
)
PENDING = "pending"
"""Nobody has judged yet how big a matter it is: no size in the database."""
SIZES = _with_codes({"小事": "small", "大事": "big", "难事": "hard", "待定": PENDING})
SPHERES = _with_codes({"公": "public", "私": "private", "公事": "public", "私事": "private", "公共": "public", "个人": "private"})
OUTCOMES = _with_codes(
    {
        "已化解": "resolved",
        "撤回": "withdrawn",
        "转送": "transferred",
        "不予受理": "not_accepted",
        "化解": "resolved",
        "已解决": "resolved",
        "办结": "resolved",
        "已办结": "resolved",
    }
)
HANDLING_LEVELS = _with_codes(
    {
        "邻": "cell",
        "组": "group",
        "片": "patch",
        "村民情会": "village",
        "乡镇": "township",
        "县": "county",
        "村": "village",
        "乡镇党委": "township",
    }
)
METHODS = _with_codes({"电话": "phone", "问卷": "questionnaire", "当面": "face", "面谈": "face"})
MARKS = _with_codes(
    {"加分": "bonus", "抽查": "spot_check", "一票否决": "veto", "奖励加分": "bonus", "入户抽查": "spot_check", "否决": "veto"}
)
CHECKS = {"通过": "passed", "未通过": "failed", "合格": "passed", "不合格": "failed", "不通过": "failed"}
