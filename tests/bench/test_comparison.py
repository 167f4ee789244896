from collections.abc import Callable

import pytest

from bench.comparison import FINAL_P95, INTERIMS, Comparison, in_turns, table
from bench.measures import Figures
from bench.step import Step

YES, NO = [["yes"]], [["no"]]


def step(final_s: float = 0.1, heard: list[list[str]] = YES, interims: int = 4) -> Step:
    """What one session heard of one utterance."""
    figures = Figures(final_s=[final_s], interims=interims, heard=heard, utterances=1)
    return Step(1, figures, 0.5, 1.0, 1.0, 100.0, None, [1], 0.5)


def test_two_ways_take_turns_and_the_first_also_ends() -> None:
    turns: list[str] = []

    def way(name: str) -> Callable[[], Step]:
        def run() -> Step:
            turns.append(name)
            return step()

        return run

    compared = in_turns({"a": way("a"), "b": way("b")}, rounds=2, say=lambda text: None)
    assert turns == ["a", "b", "a", "b", "a"]
    assert [len(steps) for steps in compared.ways.values()] == [3, 2]


def test_a_ratio_is_of_all_steps_together_and_of_each_turn() -> None:
    calm, busy = [step(0.1), step(0.1), step(0.1)], [step(0.2), step(0.4)]
    compared = Comparison({"calm": calm, "busy": busy})
    assert compared.values(FINAL_P95) == [pytest.approx(100), pytest.approx(390)]
    assert compared.ratio(FINAL_P95) == pytest.approx(3.9)
    assert compared.ratios(FINAL_P95) == [pytest.approx(2), pytest.approx(4)]


def test_interims_are_counted_per_session() -> None:
    compared = Comparison({"alone": [step(interims=8)], "beside": [step(interims=2)]})
    assert compared.ratio(INTERIMS) == 0.25


def test_what_was_not_measured_has_no_ratio() -> None:
    nothing = step()
    nothing.figures.final_s.clear()
    compared = Comparison({"a": [step()], "b": [nothing]})
    assert (compared.ratio(FINAL_P95), compared.ratios(FINAL_P95)) == (None, [None])
    assert table(compared).row_count


def test_other_words_than_those_of_the_first_step_are_counted() -> None:
    compared = Comparison({"a": [step(), step(heard=NO)], "b": [step(heard=NO), step(heard=[[]])]})
    assert compared.other_words() == [1, 2]
