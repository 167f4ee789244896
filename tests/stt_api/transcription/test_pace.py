from stt_api.transcription.pace import FILE_SPEED, HEAD_START_S, LATENESS_S, REPLAY_S, Pace


def played(seconds: float, speed: float, began: float = 100.0) -> tuple[Pace, float]:
    """Send ``seconds`` of audio in pieces of 0.1 s; return the pace, and the time then."""
    pace, now = Pace(began), began
    for _ in range(round(seconds * 10)):
        now += 0.1 / speed
        pace.received(0.1, now)
    return pace, now


def test_live_audio_is_never_ahead() -> None:
    pace, now = played(3600.0, speed=1.0)
    assert pace.due_at <= now


def test_a_sound_card_that_runs_a_little_fast_is_live() -> None:
    pace, now = played(3600.0, speed=1.05)
    assert pace.due_at <= now


def test_a_file_is_ahead_until_real_time_has_caught_up() -> None:
    pace, now = played(60.0, speed=100.0)
    assert now + 40.0 < pace.due_at < now + 60.0


def test_a_burst_of_frames_at_the_beginning_is_not_ahead() -> None:
    pace, now = Pace(100.0), 100.0
    pace.received(HEAD_START_S, now)
    assert pace.due_at <= now


def test_live_audio_that_was_held_up_is_not_ahead_when_it_comes() -> None:
    pace, now = played(10.0, speed=1.0)
    pace.received(LATENESS_S, now + LATENESS_S)
    assert pace.due_at <= now + LATENESS_S


def test_silence_on_the_wire_is_no_credit_for_a_file() -> None:
    pace, now = played(10.0, speed=1.0)
    pace.received(60.0, now + 3600.0)
    assert pace.due_at > now + 3600.0 + 40.0


def test_a_client_that_resumes_is_live_while_it_sends_again_what_was_not_answered() -> None:
    pace, now = Pace(100.0, warm_up_s=2.0), 100.0
    pace.received(2.0 + REPLAY_S, now)
    assert pace.due_at <= now


def test_a_client_that_was_ahead_and_goes_on_live_is_live_again_in_time() -> None:
    pace, now = Pace(100.0), 100.0
    pace.received(6.0, now)
    assert pace.due_at > now
    for _ in range(600):
        now += 0.1
        pace.received(0.1, now)
    assert pace.due_at <= now


def test_a_file_is_heard_at_a_bounded_speed_beside_live_sessions_only() -> None:
    pace, now = played(60.0, speed=100.0)
    assert pace.rest_s(1.0, now, live=True) == 1.0 / FILE_SPEED
    assert pace.rest_s(1.0, now, live=False) == 0.0


def test_live_audio_never_rests() -> None:
    pace, now = played(60.0, speed=1.0)
    assert pace.rest_s(1.0, now, live=True) == 0.0


def test_somebody_speaks_who_sent_in_real_time_for_a_while_but_no_clip_does() -> None:
    pace, now = played(3.0, speed=1.0)
    assert pace.is_live(now)
    clip, then = played(0.8, speed=10.0)
    assert clip.due_at <= then and not clip.is_live(then)
    file, later = played(60.0, speed=10.0)
    assert not file.is_live(later)
