"""People repeat themselves: what the model hears of it is given, whatever a loop looks like."""

import asyncio
import random

import pytest

from local_server import RunningServer
from native_client import Reply, finals, transcribe
from speech import SAMPLE_RATE, Recording, digits, recordings, spoken, to_pcm, words
from stt_api.engine.models import find_model
from stt_api.engine.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.audio import AudioFormat, PcmDecoder
from stt_api.session.decoding import DecodeOptions, DecodeRequest
from stt_api.session.session import PRE_ROLL


@pytest.fixture(scope="module")
def pico() -> WhisperTranscriber:
    return WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))


def alone(pico: WhisperTranscriber, pcm: bytes, final: Reply) -> list[str]:
    """What pico makes of the audio of a final, without a server around it."""
    start = max(0, round(final["start"] * SAMPLE_RATE) - PRE_ROLL)
    heard = PcmDecoder(AudioFormat()).decode(pcm)
    heard = heard[start : round(final["audio_processed"] * SAMPLE_RATE)]
    request = DecodeRequest(heard, DecodeOptions(language="en"), final=True)
    return words(pico.transcribe([request])[0].text)


async def said(server: RunningServer, *sounds: bytes) -> list[list[Reply]]:
    """Hear all at once, a session each."""
    sessions = (transcribe(server.url, sound, language="en", endpointing=1000) for sound in sounds)
    return await asyncio.gather(*sessions)


async def is_given_as_heard(
    server: RunningServer, pico: WhisperTranscriber, *texts: list[str]
) -> None:
    """Each text has one final, with the right words where pico alone has them right."""
    sounds = [to_pcm(spoken([digits()[word] for word in text])) for text in texts]
    for expected, sound, replies in zip(texts, sounds, await said(server, *sounds), strict=True):
        [final] = finals(replies)
        print(
            len(expected),
            expected[0],
            words(final["text"]) == expected,
            alone(pico, sound, final) == expected,
        )
        if alone(pico, sound, final) == expected:
            assert words(final["text"]) == expected


@pytest.mark.parametrize("digit", sorted(digits()))
async def test_a_digit_said_two_to_twelve_times_has_a_final(
    server: RunningServer, pico: WhisperTranscriber, digit: str
) -> None:
    await is_given_as_heard(server, pico, *([digit] * times for times in range(2, 13)))


async def test_phone_numbers_with_repeats_have_a_final(
    server: RunningServer, pico: WhisperTranscriber
) -> None:
    choose = random.Random(0)
    numbers = []
    for length in range(7, 16):
        pair = choose.sample(sorted(digits()), 2)
        numbers.append([choose.choice(pair) for _ in range(length)])
    await is_given_as_heard(server, pico, *numbers)


async def test_digits_said_four_times_over_have_a_final(
    server: RunningServer, pico: WhisperTranscriber
) -> None:
    await is_given_as_heard(server, pico, ["four", "one", "seven", "two", "nine", "six"] * 4)


@pytest.mark.parametrize("recording", recordings("repeated"), ids=lambda r: r.name)
async def test_small_words_said_again_and_again_have_a_final(
    server: RunningServer, recording: Recording
) -> None:
    [replies] = await said(server, recording.pcm())
    assert len(finals(replies)) == 1
    assert [reply["suppressed"] for reply in replies if reply["type"] == "speech_ended"] == [None]
