import json
from pathlib import Path

import pytest

from bench.peers import report
from bench.peers.measures import Figures
from bench.peers.ours import ours
from bench.peers.turns import Course, Plan, Row
from bench.peers.whisperlive import WHISPERLIVE
from bench.peers.whisperlivekit import WHISPERLIVEKIT

PLAN = Plan([1, 2], 4, 1, 5.0)
HELD = Figures([0.3], [0.1], [0.6], recordings=1, words=8, errors=1)
LATE = Figures([0.9], [6.0], [7.0], recordings=2, words=8, lost=2, errors=2)


@pytest.fixture
def courses() -> list[Course]:
    return [
        Course(ours("ours", {}), [Row(1, HELD, True), Row(2, HELD, True)]),
        Course(WHISPERLIVE, [Row(1, LATE, False)]),
        Course(WHISPERLIVEKIT, unavailable="uv pip: no network"),
    ]


def test_products_stand_beside_each_other_at_each_number_of_sessions(courses: list[Course]) -> None:
    assert [line[:2] for line in report.lines(courses)] == [
        ("ours", "1"),
        ("WhisperLive 0.10.0", "1"),
        ("ours", "2"),
        ("WhisperLiveKit 0.2.26", "–"),
    ]


def test_a_line_has_times_losses_and_why_a_product_was_raised_no_further(
    courses: list[Course],
) -> None:
    held, late, _, missing = report.lines(courses)
    assert held[2:] == ("0.30 / 0.30", "0.10 / 0.10", "0.60 / 0.60", "0 of 8", "12.5", "")
    assert late[-3:] == ("2 of 8", "25.0", "not held; 1 of 2 without a final")
    assert missing[-1] == "not run: uv pip: no network"


def test_table_plot_and_data_are_written_with_fair_play_beside_them(
    courses: list[Course], tmp_path: Path
) -> None:
    report.write(courses, PLAN, {"cores": 2}, tmp_path)
    data = json.loads((tmp_path / "bench-report-peers.json").read_text())
    assert data["products"]["ours"]["steps"][0]["final_s"]["p95"] == 0.6
    assert data["products"]["WhisperLiveKit 0.2.26"]["unavailable"] == "uv pip: no network"
    text = (tmp_path / "bench-report-peers.md").read_text()
    assert "| ours | 1 | 0.30 / 0.30 |" in text
    for sentence in data["fair_play"]:
        assert f"- {sentence}" in text
    assert "its beam is 5 and cannot be set" in text
    plot = (tmp_path / "bench-report-peers.svg").read_text()
    assert plot.startswith("<svg") and "WhisperLive 0.10.0" in plot
