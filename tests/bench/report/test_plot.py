from typing import Any

import pytest

from bench.report.plot import FINALS, svg

CONDITIONS = {"bound_ms": [500.0, 1000.0]}


def run(*sessions: int) -> dict[str, Any]:
    late = {"p50": 0.2, "p95": 0.4, "p99": None}
    steps = [{"sessions": n, "final_over_endpointing_s": late} for n in sessions]
    return {"conditions": CONDITIONS, "ways": {"ours": {"steps": steps}}}


def test_every_bound_is_a_line_with_its_name() -> None:
    drawn = svg(FINALS, run(1, 8))
    assert drawn.count(">bound</") == 1  # in the legend
    assert ">500 ms</" in drawn and ">1000 ms</" in drawn


@pytest.mark.parametrize(
    ("sessions", "ticks"), [((1, 2, 8), ("1", "2", "4", "8")), ((3,), ("3",)), ((5, 6), ("5", "6"))]
)
def test_sessions_double_from_tick_to_tick(
    sessions: tuple[int, ...], ticks: tuple[str, ...]
) -> None:
    drawn = svg(FINALS, run(*sessions))
    assert all(f">{tick}</text>" in drawn for tick in ticks)


def test_what_was_not_measured_is_left_out() -> None:
    data = run(1, 2)
    data["ways"]["ours"]["steps"][1]["final_over_endpointing_s"] = dict.fromkeys(("p50", "p95"))
    assert "<svg" in svg(FINALS, data)


def test_a_final_that_was_early_is_drawn_at_the_foot_of_the_log_axis() -> None:
    early, at_the_foot = run(1, 2), run(1, 2)
    early["ways"]["ours"]["steps"][0]["final_over_endpointing_s"] = {"p50": -0.07, "p95": 0.1}
    at_the_foot["ways"]["ours"]["steps"][0]["final_over_endpointing_s"] = {"p50": 0.01, "p95": 0.1}
    assert svg(FINALS, early) == svg(FINALS, at_the_foot)


def test_the_same_run_is_drawn_the_same() -> None:
    assert svg(FINALS, run(1, 8)) == svg(FINALS, run(1, 8))
