"""``python -m reports indicator``: the screen's frames for other programs, as JSON, CSV and a table."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reports import __main__ as command
from reports.__main__ import main
from tests.builders import COUNTY, TOWNSHIP, VILLAGE, a_county, a_petition, an_appointment, an_area, figure

ROOT = Path(__file__).parents[1]
OTHER = "149981102"


@pytest.fixture
def county(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two townships; in one of them eleven petitions of October, one resolved late, one still open and overdue."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    with database.begin() as connection:
        a_county(connection)
        an_area(connection, OTHER, "township", "西沟乡")
        an_area(connection, f"{OTHER}201", "village", "西沟村")
        handler = an_appointment(connection, "cell_captain", "1499811012010101001")
        for day in range(12, 21):
            a_petition(connection, f"2026-10-{day} 09:00:00", ended=f"2026-10-{day} 18:00:00", handler_id=handler)
        a_petition(connection, "2026-10-12 09:00:00", ended="2026-10-19 09:00:00", handler_id=handler)
        a_petition(connection, "2026-10-12 09:00:00", handler_id=handler)
        a_petition(connection, "2026-10-12 09:00:00", restricted=True)
    return database


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["indicator", *arguments]) == 0
    return capsys.readouterr().out


def rows(text: str) -> dict[str, dict[str, object]]:
    return {row["code"]: row for row in json.loads(text)["rows"]}


ASKED = ("--period", "2026-10", "--as-of", "2026-11-02")


def test_json_is_one_object_with_the_agreed_keys(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, "petitions.closed_on_time", *ASKED))
    assert list(answer) == ["id", "name", "unit", "period", "as_of", "target", "rows"]
    assert (answer["id"], answer["period"], answer["as_of"], answer["target"]) == (
        "petitions.closed_on_time",
        "2026-10",
        "2026-11-02",
        0.95,
    )
    assert list(answer["rows"][0]) == ["code", "name", "k", "n", "value", "rank", "status"]
    # 11 deadlines in October; one resolved late, one never. The restricted one counts nowhere.
    assert answer["rows"][0] | {"value": None} == {
        "code": TOWNSHIP,
        "name": "泥河镇",
        "k": 9,
        "n": 11,
        "value": None,
        "rank": 1,
        "status": "low",
    }
    assert answer["rows"][0]["value"] == pytest.approx(9 / 11)


def test_nothing_counted_is_null_and_unranked(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    row = rows(said(capsys, "petitions.closed_on_time", *ASKED))[OTHER]
    assert (row["k"], row["n"], row["value"], row["rank"], row["status"]) == (0, 0, None, None, "none")


def test_a_count_has_no_n(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    row = rows(said(capsys, "petitions.open", *ASKED))[TOWNSHIP]
    assert (row["k"], row["n"], row["value"], row["rank"]) == (1, None, 1, None)


def test_people_have_codes_and_names(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    people = rows(said(capsys, "petitions.closed_on_time", "--by", "person", *ASKED))
    assert all(code.startswith("p:") and code[2:].isdigit() for code in people)
    assert {row["name"] for row in people.values()} == {"张三丰"}


def test_several_ids_are_one_object_a_line_and_those_without_the_level_are_left_out(
    county: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said(capsys, "petitions.*", "--by", "village", *ASKED).splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert "petitions.closed_on_time" in ids
    assert "petitions.mass" not in ids
    assert len(ids) == len(set(ids))


def test_all_prints_every_indicator_of_a_level(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "all", "--by", "county", *ASKED).splitlines()
    assert len(lines) > 40
    assert {row["code"] for line in lines for row in json.loads(line)["rows"]} == {COUNTY}


def test_one_unit_keeps_its_place_among_all(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """A township is never 1 of 1."""
    with county.begin() as connection:
        for day in range(12, 22):
            a_petition(connection, f"2026-10-{day} 09:00:00", area=OTHER, level="township", ended=f"2026-10-{day} 18:00:00")
    everything = json.loads(said(capsys, "petitions.closed_on_time", *ASKED))
    own = json.loads(said(capsys, "petitions.closed_on_time", "--area", TOWNSHIP, *ASKED))
    assert [(row["code"], row["rank"], row["n"]) for row in own["rows"]] == [(TOWNSHIP, 2, 11)]
    assert (own["ranked"], own["rows"][0]) == (2, everything["rows"][1])
    assert "ranked" not in everything
    assert "名次在 2 个单位中排" in said(capsys, "petitions.closed_on_time", "--area", TOWNSHIP, "--format", "table", *ASKED)


def test_area_narrows_what_is_counted(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(rows(said(capsys, "petitions.closed_on_time", "--area", OTHER, *ASKED))) == [OTHER]
    assert list(rows(said(capsys, "petitions.closed_on_time", "--by", "village", "--area", TOWNSHIP, *ASKED))) == [VILLAGE]


def test_csv_has_a_row_a_unit(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    table = list(csv.DictReader(io.StringIO(said(capsys, "petitions.closed_on_time", "petitions.open", "--format", "csv", *ASKED))))
    assert [(row["id"], row["code"], row["k"], row["n"]) for row in table if row["code"] == TOWNSHIP] == [
        ("petitions.closed_on_time", TOWNSHIP, "9", "11"),
        ("petitions.open", TOWNSHIP, "1", ""),
    ]


def test_a_table_names_target_and_moment(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "petitions.closed_on_time", "--format", "table", *ASKED)
    assert "按期办结率" in text.splitlines()[0]
    assert "截至2026年11月2日" in text
    assert "泥河镇" in text
    assert "—" in text


def test_the_command_says_what_the_board_shows(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    printed = rows(said(capsys, "petitions.resolved", *ASKED))
    with county.connect() as connection:
        shown = figure(connection, "petitions.resolved", "township", "2026-10", "2026-11-02")
    assert {code: (row["k"], row["n"]) for code, row in printed.items()} == {code: (row["k"], row["n"]) for code, row in shown.items()}


WRONG = [
    ("an unknown id", ["petitions.flying", *ASKED], "petitions.flying"),
    ("a level that makes no sense", ["petitions.mass", "--by", "village", *ASKED], "village"),
    ("a period nobody knows", ["petitions.open", "--period", "2026-13", "--as-of", "2026-11-02"], "2026-13"),
    ("a family that is empty", ["flying.*", *ASKED], "flying"),
]


@pytest.mark.parametrize(("arguments", "named"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_asked_is_a_clear_error(
    county: Engine, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    assert main(["indicator", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("错误:")
    assert named in printed.err


def test_the_list_names_every_id_and_its_levels(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["reports", "indicator", "--list"])
    lines = said(capsys, "--list").splitlines()
    assert any(line.split("\t")[0] == "duty.night_compliance" and "township" in line for line in lines)


def test_it_runs_as_a_program_of_its_own(county: Engine) -> None:
    """As cron runs it: another process, the address of the database in the environment, UTF-8 out."""
    done = subprocess.run(
        [sys.executable, "-m", "reports", "indicator", "petitions.closed_on_time", *ASKED],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert rows(done.stdout)[TOWNSHIP]["k"] == 9


# --- as of which moment ---------------------------------------------------------------------------------------------

AT = ("--period", "2026-10", "--at", "2026-10-15T00:01")


def test_at_a_minute_the_answer_is_the_live_boards_at_that_minute_and_says_so(county: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, "petitions.closed_on_time", *AT))
    assert list(answer) == ["id", "name", "unit", "period", "as_of", "at", "target", "rows"]
    assert (answer["as_of"], answer["at"]) == ("2026-10-15", "2026-10-15T00:01:00")
    # Of the 12th's three small cases none is due before the end of the 15th, the third working day.
    assert rows(json.dumps(answer))[TOWNSHIP]["n"] == 0
    assert rows(said(capsys, "petitions.closed_on_time", "--period", "2026-10", "--as-of", "2026-10-15"))[TOWNSHIP]["n"] == 3
    table = said(capsys, "petitions.closed_on_time", "--format", "table", *AT)
    assert "截至2026年10月15日 00:01" in table.splitlines()[0]
    looked_back = said(capsys, "petitions.open", "--format", "table", "--period", "2026-09", "--at", "2026-10-15T00:01")
    assert "截至2026年9月30日" in looked_back.splitlines()[0], "a figure about a moment looks at its period's end"


def test_without_either_it_is_now(county: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "beijing_now", lambda: datetime(2026, 10, 15, 0, 1))
    assert said(capsys, "petitions.*", "--period", "2026-10") == said(capsys, "petitions.*", *AT)


@pytest.mark.parametrize("moment", ["2026-10-15", "gestern", "2026-10-15T00:01+08:00", ""])
def test_a_moment_is_a_minute_in_beijing(capsys: pytest.CaptureFixture[str], moment: str) -> None:
    with pytest.raises(SystemExit):
        main(["indicator", "petitions.open", "--period", "2026-10", "--at", moment])
    assert "2026-11-26T00:01" in capsys.readouterr().err


def test_a_day_and_a_minute_are_not_asked_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["indicator", "petitions.open", *AT, "--as-of", "2026-10-15"])
    assert "--as-of" in capsys.readouterr().err
