"""Which language the server hears, over a conversation of the language clips."""

import numpy as np
from livekit.plugins.custom_stt import STT, STTOptions

from stt_api.session.audio import SAMPLE_RATE, to_pcm
from stt_testing.listening import frames
from stt_testing.local_server import RunningServer
from stt_testing.native_client import Reply, finals, transcribe
from stt_testing.recordings import recordings

[GERMAN], [FRENCH], [ENGLISH] = recordings("lang-de"), recordings("lang-fr"), recordings("short02")
REST = np.zeros(int(1.2 * SAMPLE_RATE), np.float32)
SHORT = GERMAN.samples()[int(1.3 * SAMPLE_RATE) : int(1.8 * SAMPLE_RATE)]
"""Two syllables of it that pico takes for English where it hears nothing else."""


def conversation(*parts: np.ndarray) -> bytes:
    return to_pcm(np.concatenate([REST, *(each for part in parts for each in (part, REST))]))


def languages(said: list[Reply]) -> list[str]:
    return [final["language"] for final in finals(said)]


async def test_a_short_answer_keeps_the_language_and_a_sentence_changes_it(
    server: RunningServer,
) -> None:
    alone = await transcribe(server.url, conversation(SHORT))
    talk = conversation(GERMAN.samples(), SHORT, ENGLISH.samples(), FRENCH.samples())
    said = await transcribe(server.url, talk)
    assert languages(alone) == ["en"]
    assert languages(said) == ["de", "de", "en", "fr"]


async def test_no_final_is_in_a_language_that_is_not_allowed(server: RunningServer) -> None:
    talk = conversation(GERMAN.samples(), ENGLISH.samples(), FRENCH.samples())
    said = await transcribe(server.url, talk, languages="en,de")
    assert languages(said)[:2] == ["de", "en"]
    assert set(languages(said)) == {"en", "de"}


async def test_a_list_of_one_language_is_that_language(server: RunningServer) -> None:
    said = await transcribe(server.url, conversation(GERMAN.samples()), languages="English")
    assert set(languages(said)) == {"en"}


async def test_every_final_of_an_agent_has_its_language_and_the_confidence_of_each_word(
    server: RunningServer,
) -> None:
    talk = conversation(ENGLISH.samples(), GERMAN.samples())
    options = STTOptions(languages=["de", "en-GB"])
    async with STT(api_url=server.url, options=options) as plugin, plugin.stream() as stream:
        for frame in frames(talk):
            stream.push_frame(frame)
        stream.end_input()
        events = [event async for event in stream]
    heard = [event.alternatives[0] for event in events if event.type == "final_transcript"]
    assert [final.language for final in heard] == ["en", "de"]
    assert all(final.words for final in heard)
    confidences = [word.confidence for final in heard for word in final.words or ()]
    assert all(isinstance(each, float) and 0 < each <= 1 for each in confidences)
