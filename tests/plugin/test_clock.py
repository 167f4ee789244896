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


def test_stream_times_go_on_over_connections_from_the_frameworks_offset() -> None:
    clock = AudioClock(16000)
    clock.start_time_offset = 5.0
    clock.sent(32000)
    clock.connected()
    assert clock.stream_time(0.5) == 7.5


def test_sent_audio_counts_anew_on_each_connection() -> None:
    clock = AudioClock(8000)
    clock.sent(8000)
    clock.connected()
    clock.sent(4000)
    assert clock.sent_s() == 0.5


def test_wall_time_is_when_the_sample_was_spoken() -> None:
    clock = AudioClock(16000, wall := Wall())
    push_live(clock, wall, 3)
    assert clock.wall_time(1.5) == 1001.5


def test_wall_time_is_never_in_the_future() -> None:
    clock = AudioClock(16000, wall := Wall())
    push_live(clock, wall, 1)
    assert clock.wall_time(9.0) == 1001.0


def test_speech_after_a_muted_minute_was_not_spoken_a_minute_ago() -> None:
    clock = AudioClock(16000, wall := Wall())
    push_live(clock, wall, 2)
    wall.now += 60.0
    push_live(clock, wall, 2)
    assert (clock.wall_time(1.0), clock.wall_time(3.0)) == (1001.0, 1063.0)


def test_late_frames_do_not_shift_those_after_them() -> None:
    clock = AudioClock(16000, wall := Wall())
    wall.now += 1.4
    clock.pushed(1.0)
    wall.now += 0.6
    clock.pushed(1.0)
    push_live(clock, wall, 1)
    assert clock.wall_time(2.5) == 1002.5


def test_usage_sums_to_the_audio_sent() -> None:
    clock = AudioClock(16000)
    clock.sent(8000)
    first = clock.take_unreported_s()
    clock.connected()
    clock.sent(24000)
    assert (first, clock.take_unreported_s(), clock.take_unreported_s()) == (0.5, 1.5, 0.0)
