import pytest

from bench.ramp import Ramp


def climb(limit: int, first: int = 1, most: int = 512) -> tuple[list[int], int]:
    """Ramp against a server that holds ``limit`` sessions."""
    ramp, tried = Ramp(first, most), []
    while sessions := ramp.next():
        tried.append(sessions)
        ramp.results[sessions] = sessions <= limit
    return tried, ramp.sustained


def test_a_ramp_doubles_and_then_closes_in() -> None:
    assert climb(22) == ([1, 2, 4, 8, 16, 32, 24, 20, 22], 22)


@pytest.mark.parametrize("limit", [1, 3, 7, 40, 100])
def test_a_ramp_ends_close_below_the_limit(limit: int) -> None:
    _, sustained = climb(limit)
    assert 0.8 * limit <= sustained <= limit


def test_a_first_step_that_is_too_much_is_halved() -> None:
    tried, sustained = climb(3, first=8)
    assert tried[:2] == [8, 4] and sustained == 3


def test_a_server_that_holds_nothing_sustains_nothing() -> None:
    assert climb(0)[1] == 0


def test_a_ramp_never_tries_more_sessions_than_it_may() -> None:
    tried, sustained = climb(10_000, first=8, most=100)
    assert max(tried) == sustained == 100
