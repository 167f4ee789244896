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
    assert "bound: 500 ms" in drawn and "bound: 1000 ms" in drawn


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


def test_the_same_run_is_drawn_the_same() -> None:
    assert svg(FINALS, run(1, 8)) == svg(FINALS, run(1, 8))
