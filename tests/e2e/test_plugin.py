"""The plugin against the real server, as an application without an agent uses it."""

import asyncio
import gc
import warnings
from pathlib import Path
from typing import Any

import pytest
from livekit.agents.stt import SpeechEvent, SpeechEventType
from livekit.plugins import custom_stt

from stt_api.word_errors import word_errors, words
from stt_testing.listening import frames
from stt_testing.local_server import RunningServer
from stt_testing.recordings import Recording, recordings
from stt_testing.waiting import until

ROOT = Path(__file__).parents[2]
[DEMO] = recordings("short02")


def example(readme: str, url: str) -> Any:
    """The function ``transcribe`` of the document, which prints what it hears."""
    blocks = (ROOT / readme).read_text().split("```python\n")[1:]
    [code] = [code for block in blocks if "def transcribe" in (code := block.split("```")[0])]
    names: dict[str, Any] = {}
    exec(code.replace("http://localhost:8000", url), names)
    return names["transcribe"]


@pytest.mark.parametrize("readme", ["README.md", "livekit-plugin-custom-stt/README.md"])
async def test_the_example_of_a_readme_runs_as_it_stands(
    readme: str,
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CUSTOM_STT_URL", server.url)  # which one of them leaves to it
    await example(readme, server.url)(frames(DEMO.pcm()))
    printed = capsys.readouterr().out.splitlines()
    assert any(line.endswith(DEMO.text) for line in printed)


async def heard(plugin: custom_stt.STT, recording: Recording) -> list[SpeechEvent]:
    async with plugin.stream() as stream:
        for frame in frames(recording.pcm()):
            stream.push_frame(frame)
        stream.end_input()
        return [event async for event in stream]


def test_one_stt_serves_one_event_loop_after_another_and_leaves_nothing_open(
    server: RunningServer,
) -> None:
    plugin = custom_stt.STT(api_url=server.url)
    streams = []

    async def use() -> str:
        streams.append(plugin.stream())  # one that nobody closes
        return (await plugin.recognize(list(frames(DEMO.pcm())))).alternatives[0].text

    async def use_and_close() -> str:
        async with plugin:
            return await use()

    gc.collect()  # what other tests left open is not this one's
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        texts = [asyncio.run(use()), asyncio.run(use_and_close()), asyncio.run(use_and_close())]
        gc.collect()
    assert texts == [DEMO.text] * 3
    assert [str(warning.message) for warning in caught] == []


async def test_a_dialogue_comes_out_as_complete_turns(server: RunningServer) -> None:
    [dialogue] = recordings("dialogue1")
    options = custom_stt.STTOptions(language="en")
    async with custom_stt.STT(api_url=server.url, options=options) as plugin:
        events = await heard(plugin, dialogue)
    turns = [event.type for event in events if event.type in ORDER]
    assert turns == list(ORDER) * len(dialogue.utterances)
    finals = [e.alternatives[0] for e in events if e.type is SpeechEventType.FINAL_TRANSCRIPT]
    said = " ".join(final.text for final in finals)
    assert word_errors(dialogue.text, said) / len(words(dialogue.text)) <= 0.025
    assert all(
        abs(final.start_time - utterance.start) < 0.4
        for final, utterance in zip(finals, dialogue.utterances, strict=True)
    )


ORDER = (
    SpeechEventType.START_OF_SPEECH,
    SpeechEventType.FINAL_TRANSCRIPT,
    SpeechEventType.END_OF_SPEECH,
)


async def test_recognize_gives_the_whole_recording(server: RunningServer) -> None:
    options = custom_stt.STTOptions(language="en")
    async with custom_stt.STT(api_url=server.url, options=options) as plugin:
        event = await plugin.recognize(list(frames(DEMO.pcm())))
    assert event.alternatives[0].text == DEMO.text
    assert plugin.model == "pico"


async def test_in_silence_the_lag_comes_to_rest_below_two_seconds(server: RunningServer) -> None:
    async with custom_stt.STT(api_url=server.url) as plugin, plugin.stream() as stream:
        for frame in frames(bytes(32_000 * 10)):
            stream.push_frame(frame)
        before_s = stream.lag_s
        await until(lambda: stream.lag_s < 2.0)
    assert before_s == pytest.approx(10.0)
