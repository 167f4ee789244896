"""People repeat themselves: what the model hears of it is given, whatever a loop looks like."""

import asyncio
import random

import pytest

from stt_api.models.sources import find_model
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.audio import SAMPLE_RATE, AudioFormat, PcmDecoder, to_pcm
from stt_api.session.decoding import DecodeOptions, DecodeRequest
from stt_api.session.session import PRE_ROLL
from stt_api.word_errors import words
from stt_testing.local_server import RunningServer
from stt_testing.native_client import Reply, finals, transcribe
from stt_testing.recordings import Recording, digits, recordings, spoken


@pytest.fixture(scope="module")
def pico() -> WhisperTranscriber:
    return WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))


def alone(pico: WhisperTranscriber, pcm: bytes, final: Reply) -> list[str]:
    """What pico makes of the audio of a final, without a server around it."""
    start = max(0, round(final["start"] * SAMPLE_RATE) - PRE_ROLL)
    heard = PcmDecoder(AudioFormat()).decode(pcm)
    heard = heard[start : round(final["audio_processed"] * SAMPLE_RATE)]
    request = DecodeRequest(heard, DecodeOptions(language="en"), final=True)
    return words(pico.transcribe_once(request).text)


async def said(server: RunningServer, *sounds: bytes) -> list[list[Reply]]:
    """Hear all at once, a session each."""
    sessions = (transcribe(server.url, sound, language="en", endpointing=1000) for sound in sounds)
    return await asyncio.gather(*sessions)


def suppressions(replies: list[Reply]) -> list[str]:
    """Why utterances, or parts of them, have no final."""
    ends = (reply for reply in replies if reply["type"] == "speech_ended")
    return [end["suppressed"] for end in ends if end["suppressed"]]


async def heard_right(server: RunningServer, pico: WhisperTranscriber, *texts: list[str]) -> int:
    """Give each text one final, right where pico alone is right; count the texts where it is."""
    sounds = [to_pcm(spoken([digits()[word] for word in text])) for text in texts]
    right = 0
    for expected, sound, replies in zip(texts, sounds, await said(server, *sounds), strict=True):
        [final] = finals(replies)
        if alone(pico, sound, final) == expected:
            assert words(final["text"]) == expected
            right += 1
    return right


@pytest.mark.timeout(300)  # 110 sessions
async def test_digits_said_two_to_twelve_times_have_a_final(
    server: RunningServer, pico: WhisperTranscriber
) -> None:
    right = 0
    for digit in sorted(digits()):
        right += await heard_right(server, pico, *([digit] * times for times in range(2, 13)))
    assert right >= 110 / 3  # about half: pico counts badly


async def test_phone_numbers_with_repeats_have_a_final(
    server: RunningServer, pico: WhisperTranscriber
) -> None:
    choose = random.Random(0)
    numbers = []
    for length in range(7, 16):
        pair = choose.sample(sorted(digits()), 2)
        numbers.append([choose.choice(pair) for _ in range(length)])
    await heard_right(server, pico, *numbers)


async def test_digits_said_three_times_over_have_a_final(
    server: RunningServer, pico: WhisperTranscriber
) -> None:
    await heard_right(server, pico, ["four", "one", "seven", "two", "nine", "six"] * 3)


async def test_48_digits_in_one_breath_have_a_final(server: RunningServer) -> None:
    seeds = (13, 48, 62, 102, 105)  # what pico hears of these compresses as well as a loop does
    texts = [random.Random(seed).choices(sorted(digits()), k=48) for seed in seeds]
    sounds = [spoken([digits()[word] for word in text], gap_s=0.05) for text in texts]
    for replies in await said(server, *map(to_pcm, sounds)):
        assert finals(replies) and not suppressions(replies)


@pytest.mark.parametrize("recording", recordings("repeated"), ids=lambda r: r.name)
async def test_small_words_said_again_and_again_have_a_final(
    server: RunningServer, recording: Recording
) -> None:
    [replies] = await said(server, recording.pcm())
    assert len(finals(replies)) == 1 and not suppressions(replies)
