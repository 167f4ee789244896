"""A client against the real server, and the examples of the README as they stand there."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from custom_stt_client import Client, StreamEvent, StreamOptions

from stt_api.word_errors import words
from stt_testing.local_server import RunningServer
from stt_testing.recordings import recordings

README = Path(__file__).parents[2] / "stt-client/README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
*EXAMPLES, TEST_EXAMPLE = [code for code in BLOCKS if "MicrophoneEngine" not in code]
[RECORDING] = recordings("short13")
SENTENCE = words(RECORDING.text)
audio_bytes = RECORDING.pcm() + bytes(32_000)


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(RECORDING.pcm())
    return file.getvalue()


async def microphone() -> AsyncIterator[bytes]:
    for at in range(0, len(audio_bytes), 3200):
        yield audio_bytes[at : at + 3200]


async def test_the_example_of_the_package_works_as_it_stands(server: RunningServer) -> None:
    said: list[str] = []
    handle = said.append
    async with Client(server.url).stream(StreamOptions(language="en")) as session:
        await session.send(audio_bytes)
        async for event in session:
            match event:
                case StreamEvent.Transcript(text=text, is_final=True):
                    print("Final:", text)
                case StreamEvent.SpeechStarted():
                    print("Speech detected")
                case StreamEvent.UtteranceEnd():
                    handle(session.accumulated_transcript)
                    break
    assert [words(text) for text in said] == [SENTENCE]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_readme_prints_what_was_said(
    example: str,
    server: RunningServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "meeting.wav").write_bytes(wav())
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"audio_bytes": audio_bytes, "microphone": microphone}
    exec(example.replace("http://localhost:8000", server.url), names)
    assert " ".join(SENTENCE) in " ".join(words(capsys.readouterr().out))


def test_the_example_of_a_test_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meeting.wav").write_bytes(wav())
    monkeypatch.chdir(tmp_path)
    exec(TEST_EXAMPLE, {})


async def test_a_whole_recording_becomes_its_finals(server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    options = StreamOptions(language="en")
    by_path = await Client(server.url).transcribe(path, options)
    by_bytes = await Client(server.url).transcribe(RECORDING.pcm(), options)
    assert words(by_path.text) == SENTENCE
    assert by_path.finals == by_bytes.finals and by_path.session_id != by_bytes.session_id
    assert by_path.finals[0].words


async def test_address_and_key_may_come_from_the_environment(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOM_STT_URL", server.url)
    monkeypatch.setenv("CUSTOM_STT_API_KEY", "k")
    async with Client().stream() as session:
        await session.finish()
        assert [event.type async for event in session] == ["ready"]
