"""The time of day that positions in the audio have."""

from __future__ import annotations

from livekit.plugins.custom_stt._wall_clock import WallClock


class Wall:
    """The time of day, set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def push_live(clock: WallClock, wall: Wall, since_s: int, until_s: int) -> None:
    """Audio as a microphone gives it: each second arrives when it is over."""
    for position_s in range(since_s, until_s):
        wall.now += 1.0
        clock.pushed(position_s, 1.0)


def test_a_position_has_the_time_at_which_it_was_spoken() -> None:
    clock = WallClock(wall := Wall())
    push_live(clock, wall, 0, 3)
    assert clock.at(1.5) == 1001.5


def test_nothing_was_spoken_in_the_future() -> None:
    clock = WallClock(wall := Wall())
    push_live(clock, wall, 0, 1)
    assert clock.at(9.0) == 1001.0


def test_speech_after_a_muted_minute_was_not_spoken_a_minute_ago() -> None:
    clock = WallClock(wall := Wall())
    push_live(clock, wall, 0, 2)
    wall.now += 60.0
    push_live(clock, wall, 2, 4)
    assert (clock.at(1.0), clock.at(3.0)) == (1001.0, 1063.0)


def test_late_frames_do_not_shift_those_after_them() -> None:
    clock = WallClock(wall := Wall())
    wall.now += 1.4
    clock.pushed(0.0, 1.0)
    wall.now += 0.6
    clock.pushed(1.0, 1.0)
    push_live(clock, wall, 2, 3)
    assert clock.at(2.5) == 1002.5
