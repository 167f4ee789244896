"""Positions in the audio, and the time of day they have."""

from __future__ import annotations

from livekit.plugins.custom_stt._clock import AudioClock


class Wall:
    """The time of day, set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def push_live(clock: AudioClock, wall: Wall, seconds: int) -> None:
    """Audio as a microphone gives it: each second arrives when it is over."""
    for _ in range(seconds):
        wall.now += 1.0
        clock.pushed(1.0)


def test_stream_times_go_on_from_the_frameworks_offset() -> None:
    clock = AudioClock()
    clock.start_time_offset = 5.0
    assert clock.stream_time(2.5) == 7.5


def test_wall_time_is_when_the_sample_was_spoken() -> None:
    clock = AudioClock(wall := Wall())
    push_live(clock, wall, 3)
    assert clock.wall_time(1.5) == 1001.5


def test_wall_time_is_never_in_the_future() -> None:
    clock = AudioClock(wall := Wall())
    push_live(clock, wall, 1)
    assert clock.wall_time(9.0) == 1001.0


def test_speech_after_a_muted_minute_was_not_spoken_a_minute_ago() -> None:
    clock = AudioClock(wall := Wall())
    push_live(clock, wall, 2)
    wall.now += 60.0
    push_live(clock, wall, 2)
    assert (clock.wall_time(1.0), clock.wall_time(3.0)) == (1001.0, 1063.0)


def test_late_frames_do_not_shift_those_after_them() -> None:
    clock = AudioClock(wall := Wall())
    wall.now += 1.4
    clock.pushed(1.0)
    wall.now += 0.6
    clock.pushed(1.0)
    push_live(clock, wall, 1)
    assert clock.wall_time(2.5) == 1002.5


def test_usage_sums_to_the_audio_sent_however_often_it_was_sent() -> None:
    clock = AudioClock()
    clock.sent(0.0, 0.5)
    first = clock.take_unreported_s()
    clock.sent(0.25, 0.5)
    clock.sent(0.5, 2.0)
    clock.sent(4.0, 5.0)  # what is between was dropped
    assert (first, clock.take_unreported_s(), clock.take_unreported_s()) == (0.5, 2.5, 0.0)


def test_live_audio_is_not_ahead_of_its_time_and_a_file_is_until_time_catches_up() -> None:
    wall = Wall()
    clock = AudioClock(wall, wall)
    push_live(clock, wall, 3)
    live_s = clock.ahead_s
    clock.pushed(60.0)
    wall.now += 20.0
    clock.pushed(0.0)
    assert (live_s, clock.ahead_s) == (1.0, 41.0)


def test_lag_is_what_came_in_and_is_not_covered() -> None:
    clock = AudioClock()
    clock.pushed(5.0)
    clock.processed(3.0)
    clock.processed(2.0)
    assert (clock.lag_s(), clock.lag_s(4.5), clock.lag_s(9.0)) == (2.0, 0.5, 0.0)
