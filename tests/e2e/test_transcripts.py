"""What the server makes of real recordings, over the native protocol."""

import statistics

import numpy as np
import pytest

from stt_api.session.audio import SAMPLE_RATE, to_pcm
from stt_api.word_errors import word_errors, words
from stt_testing.local_server import RunningServer
from stt_testing.native_client import finals, text, transcribe
from stt_testing.recordings import Recording, recordings


@pytest.mark.parametrize(
    ("prefix", "most"), [("short", 0.04), ("human-digits", 0.03), ("dialogue", 0.025)]
)
async def test_word_error_rate_stays_near_offline(
    server: RunningServer, prefix: str, most: float
) -> None:
    errors = total = 0
    for recording in recordings(prefix):
        said = await transcribe(server.url, recording.pcm(), language="en")
        errors += word_errors(recording.text, text(said))
        total += len(words(recording.text))
    assert errors / total <= most


@pytest.mark.parametrize("recording", recordings("dialogue"), ids=lambda r: r.name)
async def test_every_utterance_of_a_dialogue_is_found(
    server: RunningServer, recording: Recording
) -> None:
    said = await transcribe(server.url, recording.pcm(), language="en")
    found = [(final["start"], final["end"]) for final in finals(said)]
    expected = [(utterance.start, utterance.end) for utterance in recording.utterances]
    assert len(found) == len(expected) == 14
    assert np.abs(np.subtract(found, expected)).max() < 0.4


@pytest.mark.parametrize("recording", recordings("lang-"), ids=lambda r: r.name)
async def test_the_language_is_detected(server: RunningServer, recording: Recording) -> None:
    said = await transcribe(server.url, recording.pcm(), language="auto")
    assert {final["language"] for final in finals(said)} == {recording.language}


async def test_words_start_where_they_were_spoken(server: RunningServer) -> None:
    errors = []
    for recording in recordings():
        if not any(utterance.word_starts for utterance in recording.utterances):
            continue
        said = await transcribe(server.url, recording.pcm(), language="en", words=True)
        for final, utterance in zip(finals(said), recording.utterances, strict=True):
            starts = [word["start"] for word in final["words"]]
            if len(starts) == len(utterance.word_starts):
                errors += np.abs(np.subtract(starts, utterance.word_starts)).tolist()
    assert len(errors) > 150
    assert statistics.median(errors) <= 0.060


@pytest.mark.parametrize("recording", recordings("short"), ids=lambda r: r.name)
async def test_the_last_word_is_there_when_the_stream_ends_with_it(
    server: RunningServer, recording: Recording
) -> None:
    whole = await transcribe(server.url, recording.pcm(), language="en")
    last_sample = int(recording.utterances[-1].end * SAMPLE_RATE)
    cut = await transcribe(server.url, recording.pcm()[: 2 * last_sample], language="en")
    assert words(text(cut))[-1] == words(text(whole))[-1]
    assert cut[-1]["type"] == "session_ended"


@pytest.mark.parametrize("recording", recordings("dialogue0") + recordings("short03"))
async def test_frame_size_and_pace_do_not_change_the_finals(
    server: RunningServer, recording: Recording
) -> None:
    pcm = recording.pcm()
    expected = finals(await transcribe(server.url, pcm, language="en", words=True))
    for frame_s in (0.01, len(pcm) / 2 / SAMPLE_RATE):
        said = await transcribe(server.url, pcm, frame_s=frame_s, language="en", words=True)
        assert finals(said) == expected


async def test_real_time_gives_the_same_finals_as_full_speed(server: RunningServer) -> None:
    [recording] = recordings("short02")
    fast = await transcribe(server.url, recording.pcm(), language="en")
    live = await transcribe(server.url, recording.pcm(), frame_s=0.02, pace=1.0, language="en")
    assert finals(live) == finals(fast)


def _noise(amplitude: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, amplitude, 60 * SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(60 * SAMPLE_RATE, np.float32), id="silence"),
        pytest.param(_noise(0.003), id="faint noise"),
        pytest.param(_noise(0.3), id="loud noise"),
        pytest.param(
            0.5 * np.sin(2 * np.pi * 440 / SAMPLE_RATE * np.arange(60 * SAMPLE_RATE)), id="tone"
        ),
    ],
)
async def test_what_is_not_speech_has_no_transcript(
    server: RunningServer, samples: np.ndarray
) -> None:
    said = await transcribe(server.url, to_pcm(samples), language="auto")
    assert [reply for reply in said if reply["type"] == "transcript"] == []
