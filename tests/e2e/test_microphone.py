"""The microphone engine against the real server, also one that is killed."""

from __future__ import annotations

import queue
import re
import time
from pathlib import Path
from typing import Any

from custom_stt_client.microphone import Managed
from custom_stt_client.testing import FileMicrophone

from stt_api.word_errors import words
from stt_testing.local_server import RunningServer, running_server
from stt_testing.recordings import recordings

from ..stt_client.microphone.told import Told, recorder

README = Path(__file__).parents[2] / "stt-client/README.md"
[RECORDING] = recordings("short13")
WAIT_S = 60.0


def heard(told: Told) -> list[str]:
    """Return the words of finals until it is all that is said in the recording."""
    said: list[str] = []
    give_up_at = time.monotonic() + WAIT_S
    while said != words(RECORDING.text) and time.monotonic() < give_up_at:
        said += words(told.final.get(timeout=WAIT_S).text)
    return said


def test_what_is_said_comes_while_the_microphone_is_open(server: RunningServer) -> None:
    device = FileMicrophone(RECORDING.pcm())
    with recorder(Managed(server.url), device) as (engine, told):
        assert engine.start_recording(), engine.last_error
        assert told.realtime.get(timeout=WAIT_S).text
        assert heard(told) == words(RECORDING.text)
    assert told.errors.empty()


def test_a_server_that_is_killed_while_somebody_speaks_costs_no_word() -> None:
    device = FileMicrophone(RECORDING.pcm())
    with running_server() as first:
        service = Managed(first.url)
        with recorder(service, device, timeout_s=WAIT_S) as (engine, told):
            assert engine.start_recording(), engine.last_error
            told.realtime.get(timeout=WAIT_S)
            first.process.kill()
            first.process.wait()
            with running_server(STT_PORT=first.url.rpartition(":")[2]):
                assert heard(told) == words(RECORDING.text)
                assert engine.is_recording_active()
                engine.stop()
    assert told.errors.empty()


def test_the_example_of_the_readme_prints_what_was_said(server: RunningServer) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    [example] = [block for block in blocks if "MicrophoneEngine" in block]
    example = example.replace("http://localhost:8000", server.url)
    example = example.replace("    on_final=", "    device=device,\n    on_final=")
    printed: queue.Queue[str] = queue.Queue()

    def wait_for_the_recording(prompt: str) -> None:
        said: list[str] = []
        while said != words(RECORDING.text):
            said += words(printed.get(timeout=WAIT_S))

    names: dict[str, Any] = {
        "device": FileMicrophone(RECORDING.pcm()),
        "input": wait_for_the_recording,
        "print": lambda user_name, text: printed.put(text),
    }
    exec(example, names)
