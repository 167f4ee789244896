"""What is kept for a next connection, and from where it begins."""

from __future__ import annotations

import random

from custom_stt_client.backlog import (
    WARM_UP_S,
    WINDOW_S,
    Audio,
    Backlog,
    Change,
    Entry,
    Flush,
)
from custom_stt_client.options import StreamOptions

OPTIONS = StreamOptions(sample_rate=8000)
SECOND = 8000
WARM_UP = round(WARM_UP_S * SECOND)
WINDOW = round(WINDOW_S * SECOND)
GERMAN = StreamOptions(sample_rate=8000, language="de")


def chunk(samples: int) -> bytes:
    return bytes(2 * samples)


def filled(*samples: int) -> Backlog:
    backlog = Backlog(OPTIONS)
    for count in samples:
        backlog.push(chunk(count))
    return backlog


def take(backlog: Backlog) -> list[Entry]:
    """Send everything."""
    taken = []
    while entry := backlog.next():
        taken.append(entry)
    return taken


def spans(entries: list[Entry]) -> list[tuple[int, int]]:
    return [(entry.position, entry.end) for entry in entries if isinstance(entry, Audio)]


def test_audio_comes_out_once_in_order() -> None:
    backlog = filled(100, 50)
    assert spans(take(backlog)) == [(0, 100), (100, 150)]
    assert backlog.next() is None


def test_a_new_connection_gets_all_that_was_not_covered_to_the_sample() -> None:
    backlog = filled(SECOND, SECOND, SECOND)
    take(backlog)
    backlog.covered(SECOND + 100)
    backlog.rewind()
    assert backlog.start == SECOND + 100
    assert spans(take(backlog)) == [
        (SECOND + 100, 2 * SECOND),
        (2 * SECOND, 3 * SECOND),
    ]


def test_what_was_covered_twice_or_out_of_order_is_forgotten_once() -> None:
    backlog = filled(SECOND, SECOND)
    take(backlog)
    backlog.covered(150)
    backlog.covered(120)
    backlog.rewind()
    assert spans(take(backlog)) == [(150, SECOND), (SECOND, 2 * SECOND)]


def test_the_audio_before_is_kept_to_warm_up_on_in_whole_windows() -> None:
    backlog = Backlog(OPTIONS)
    for number in range(10):
        backlog.push(bytes([number]) * 2 * SECOND)
    take(backlog)
    lengths = []
    for position in (100, 300, SECOND + 7, 5 * SECOND, 10 * SECOND):
        backlog.covered(position)
        warm_up = backlog.warm_up()
        assert warm_up.end == backlog.start == position
        lengths.append(len(warm_up.pcm) // 2)
    assert lengths == [0, WINDOW, SECOND // WINDOW * WINDOW, WARM_UP, WARM_UP]
    assert backlog.warm_up().pcm[-1] == 9


def test_there_is_nothing_to_warm_up_on_after_a_drop() -> None:
    backlog = filled(*[SECOND] * 5)
    take(backlog)
    backlog.covered(SECOND)
    backlog.keep(2 * SECOND)
    assert (backlog.start, backlog.warm_up().pcm) == (3 * SECOND, b"")


def test_a_server_cannot_cover_what_it_was_not_sent() -> None:
    backlog = filled(100, 100)
    backlog.next()
    backlog.covered(10_000)
    assert spans(take(backlog)) == [(100, 200)]


def test_a_flush_is_sent_again_until_it_is_answered() -> None:
    backlog = filled(SECOND)
    backlog.flush(1)
    backlog.push(chunk(4 * SECOND))
    take(backlog)
    backlog.covered(5 * SECOND)
    backlog.rewind()
    assert take(backlog)[0] == Flush(1)
    backlog.flushed(1)
    backlog.rewind()
    assert Flush(1) not in take(backlog)


def test_options_hold_from_their_place_on() -> None:
    backlog = filled(SECOND)
    backlog.change(GERMAN)
    backlog.push(chunk(SECOND))
    take(backlog)
    backlog.covered(SECOND // 2)
    backlog.rewind()
    assert (backlog.options, take(backlog)[1]) == (OPTIONS, Change(GERMAN))
    backlog.covered(SECOND)
    backlog.rewind()
    assert backlog.options == GERMAN
    assert Change(GERMAN) not in take(backlog)


def test_audio_that_was_never_sent_is_dropped_in_seconds_and_counted() -> None:
    backlog = Backlog(OPTIONS)
    for _ in range(100):
        backlog.push(chunk(SECOND // 10))
        backlog.keep(3 * SECOND)
        assert backlog.end - backlog.start < 4 * SECOND
    assert backlog.dropped == backlog.start == 7 * SECOND
    assert spans(take(backlog))[0][0] == 7 * SECOND


def test_what_is_dropped_takes_no_flush_and_no_options_with_it() -> None:
    backlog = filled(SECOND)
    backlog.flush(1)
    backlog.change(GERMAN)
    backlog.push(chunk(SECOND))
    backlog.keep(0)
    assert take(backlog) == [Flush(1), Change(GERMAN)]


def test_audio_that_was_sent_is_lost_only_if_the_connection_is() -> None:
    backlog = filled(*[SECOND] * 5)
    take(backlog)
    backlog.keep(2 * SECOND)
    dropped_before = backlog.dropped
    backlog.covered(SECOND)
    backlog.rewind()
    assert (dropped_before, backlog.dropped, backlog.start) == (0, 2 * SECOND, 3 * SECOND)


def test_audio_that_was_sent_and_answered_late_is_not_lost() -> None:
    backlog = filled(*[SECOND] * 5)
    take(backlog)
    backlog.keep(2 * SECOND)
    backlog.covered(4 * SECOND)
    backlog.rewind()
    assert (backlog.dropped, backlog.start) == (0, 4 * SECOND)


def test_of_changes_without_audio_between_the_last_is_kept() -> None:
    backlog = filled(SECOND)
    for _ in range(100):
        backlog.change(OPTIONS)
    backlog.change(GERMAN)
    take(backlog)
    backlog.rewind()
    assert take(backlog)[1:] == [Change(GERMAN)]


def test_a_refused_change_is_none_of_what_a_connection_begins_with() -> None:
    backlog = filled(SECOND)
    backlog.change(GERMAN)
    take(backlog)
    backlog.push(chunk(SECOND))
    backlog.change(GERMAN)
    backlog.change_back(lambda options: OPTIONS if options == GERMAN else options)
    backlog.rewind()
    changes = [entry for entry in take(backlog) if isinstance(entry, Change)]
    assert [backlog.options, *changes] == [OPTIONS, Change(OPTIONS), Change(OPTIONS)]


def test_every_sample_is_answered_or_sent_again_or_counted_as_dropped() -> None:
    choose = random.Random(3)
    for _ in range(300):
        backlog, answered, reached = Backlog(OPTIONS), 0, 0
        for _ in range(choose.randrange(200)):
            match choose.randrange(6):
                case 0 | 1:
                    backlog.push(chunk(choose.randrange(1, SECOND)))
                case 2 | 3:
                    entry = backlog.next()
                    reached = entry.end if isinstance(entry, Audio) else reached
                case 4:
                    answered = choose.randint(answered, max(answered, reached))
                    backlog.covered(answered)
                case 5:
                    backlog.keep(2 * SECOND)
        backlog.rewind()
        left = spans(take(backlog))
        assert sum(end - start for start, end in left) == backlog.end - backlog.start
        assert backlog.start <= answered + backlog.dropped
