from collections.abc import Mapping
from typing import Any

import pytest

from bench.capacity import Climb, climb_in_turns, holds
from bench.measures import Figures
from bench.ramp import Ramp
from bench.report.data import as_data
from bench.step import Step
from bench.ways import Way


def step(sessions: int, final_s: float, **figures: Any) -> Step:
    heard = Figures(final_s=[final_s], utterances=1, **figures)
    return Step(sessions, heard, 0.5, 1.0, 1.0, 100.0, None, [1], 0.5)


def climb(name: str, *bounds_ms: float, baseline: bool = False) -> Climb:
    way = Way(name, baseline=baseline)
    return Climb(way, {bound_ms: Ramp(1, most=64) for bound_ms in bounds_ms})


def run(climbs: list[Climb], ms_for_each_session: Mapping[str, float]) -> list[tuple[str, int]]:
    """Ramp servers whose finals take longer with each session; return the turns."""
    turns = []

    def serve(way: Way, sessions: int) -> Step:
        turns.append((way.name, sessions))
        return step(sessions, sessions * ms_for_each_session[way.name] / 1000)

    climb_in_turns(climbs, serve, say=lambda text: None)
    return turns


def test_ways_take_turns_until_each_has_its_answer() -> None:
    old, new = climb("old", 500), climb("new", 500)
    turns = run([old, new], {"old": 400, "new": 100})
    assert turns[:4] == [("old", 1), ("new", 1), ("old", 2), ("new", 2)]
    assert turns[-1][0] == "new"
    assert (old.ramps[500].sustained, new.ramps[500].sustained) == (1, 5)


def test_every_bound_is_judged_by_the_same_steps() -> None:
    both = climb("ours", 500, 1000)
    turns = run([both], {"ours": 100})
    assert [ramp.sustained for ramp in both.ramps.values()] == [5, 10]
    assert len(turns) == len(set(turns))


def test_a_way_is_measured_by_the_best_baseline_at_each_bound() -> None:
    climbs = [climb("ours", 500), climb("a", 500, baseline=True), climb("b", 500, baseline=True)]
    run(climbs, {"ours": 60, "a": 500, "b": 240})
    ways = as_data({}, climbs)["ways"]
    held = {name: way["sustained"][0] for name, way in ways.items()}
    assert held["ours"] == {"bound_ms": 500, "sessions": 8, "times": 4.0, "baseline": "b"}
    assert held["a"] == {"bound_ms": 500, "sessions": 1, "times": None, "baseline": None}


@pytest.mark.parametrize(
    ("figures", "held"), [({}, True), ({"lost": 1}, False), ({"failures": 1}, False)]
)
def test_a_step_holds_when_its_finals_come_in_time_and_nothing_is_lost(
    figures: dict[str, int], held: bool
) -> None:
    assert holds(step(1, 0.4, **figures), 500) is held
    assert not holds(step(1, 0.6, **figures), 500)
