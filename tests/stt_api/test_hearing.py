from dataclasses import replace

from local_app import loudness_model
from sound import pcm, silence, speech

from stt_api.engine.speech_detection import SpeechDetection
from stt_api.hearing import PIECES_PER_S, Hearing
from stt_api.session.audio import SAMPLE_RATE
from stt_api.session.config import SessionConfig
from stt_api.session.events import SpeechStarted

CONFIG = SessionConfig()
PIECE = 2 * SAMPLE_RATE // PIECES_PER_S  # bytes


def hearing() -> Hearing:
    return Hearing(SpeechDetection(loudness_model), CONFIG)


async def test_audio_is_heard_in_pieces_and_none_of_it_is_lost() -> None:
    audio = pcm(speech(0.5))
    pieces = list(hearing().pieces(audio))
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, len(audio) - 2 * PIECE]
    assert b"".join(pieces) == audio


async def test_other_tasks_have_their_turn_while_a_piece_is_judged() -> None:
    listening = hearing()
    assert not await listening.take(pcm(silence(0.02)))  # less than a window
    assert await listening.take(pcm(silence(0.02)))


async def test_what_is_said_is_heard_and_with_a_flush_to_its_end() -> None:
    listening = hearing()
    for piece in listening.pieces(pcm(speech(1.0))):
        await listening.take(piece)
    await listening.flush()
    assert [type(event) for event in listening.session.events_to_send()] == [SpeechStarted]


async def test_settings_before_the_first_audio_begin_anew_and_later_ones_change_the_session() -> (
    None
):
    listening = hearing()
    first, half = listening.session, replace(CONFIG, audio=replace(CONFIG.audio, sample_rate=8000))
    listening.configure(half)
    second = listening.session
    assert second is not first and second.config == half
    await listening.take(pcm(silence(0.2)))
    listening.configure(replace(half, interim_results=False))
    assert listening.session is second


async def test_a_file_rests_after_a_piece_while_somebody_speaks_live() -> None:
    listening = hearing()
    for piece in listening.pieces(pcm(silence(5.0))):
        await listening.take(piece)
    assert listening.rest_s(piece, live=False) == 0.0
    assert listening.rest_s(piece, live=True) > 0.0
