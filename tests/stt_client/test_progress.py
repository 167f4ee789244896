"""How far a stream's audio has come."""

from __future__ import annotations

from custom_stt_client.progress import Progress


def test_usage_sums_to_the_audio_sent_however_often_it_was_sent() -> None:
    progress = Progress()
    progress.sent(0.0, 0.5)
    first = progress.take_unreported_s()
    progress.sent(0.25, 0.5)
    progress.sent(0.5, 2.0)
    progress.sent(4.0, 5.0)  # what is between was dropped
    assert (first, progress.take_unreported_s(), progress.take_unreported_s()) == (0.5, 2.5, 0.0)


def test_live_audio_is_not_ahead_of_its_time_and_a_file_is_until_time_catches_up() -> None:
    now_s = 0.0
    progress = Progress(lambda: now_s)
    for _ in range(3):
        now_s += 1.0
        progress.pushed(1.0)
    live_s = progress.ahead_s
    progress.pushed(60.0)
    now_s += 20.0
    progress.pushed(0.0)
    assert (live_s, progress.ahead_s) == (1.0, 41.0)


def test_lag_is_what_came_in_and_is_not_covered() -> None:
    progress = Progress()
    progress.pushed(5.0)
    progress.processed(3.0)
    progress.processed(2.0)
    assert (progress.lag_s(), progress.lag_s(4.5), progress.lag_s(9.0)) == (2.0, 0.5, 0.0)
