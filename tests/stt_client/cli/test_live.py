"""stt live as people run it: from a recording at its pace, and from a microphone."""

from __future__ import annotations

import asyncio
import signal
import textwrap
from pathlib import Path

import pytest
from custom_stt_client.testing import Call, ScriptedServer, greet, part, say_final

from stt_api.word_errors import words
from stt_testing.local_server import RunningServer, free_port
from stt_testing.recordings import FOLDER, recordings

from .command import run, start
from .encoding import encode

[SPOKEN] = recordings("short13")


def test_a_recording_is_captioned_while_it_is_played(server: RunningServer, tmp_path: Path) -> None:
    encode(SPOKEN, tmp_path / "talk.webm")
    done = run(tmp_path, "live", "talk.webm", "--url", server.url, "--language", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert words(done.stdout) == words(SPOKEN.text)


async def test_ctrl_c_ends_the_audio_and_still_shows_what_was_said_last() -> None:
    heard = asyncio.Event()

    async def one_final_at_the_end(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        heard.set()
        await call.hear("end_of_stream")
        await say_final(call, "so far")
        await part(call)

    async with ScriptedServer(one_final_at_the_end) as server:
        running = await start("live", FOLDER / "dialogue0.flac", "--url", server.url)
        await heard.wait()
        running.send_signal(signal.SIGINT)
        stdout, _ = await running.communicate()
    assert (running.returncode, stdout.decode()) == (0, "so far\n")


async def test_a_second_ctrl_c_does_not_wait_for_it() -> None:
    ending = asyncio.Event()

    async def never_ending(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        heard.set()
        await call.hear("end_of_stream")
        ending.set()
        await call.hear_out()

    heard = asyncio.Event()
    async with ScriptedServer(never_ending) as server:
        running = await start("live", FOLDER / "dialogue0.flac", "--url", server.url)
        for reached in (heard, ending):
            await reached.wait()
            running.send_signal(signal.SIGINT)
        _, stderr = await running.communicate()
    assert running.returncode == 130 and "Traceback" not in stderr.decode()


def test_a_server_that_is_away_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, "live", FOLDER / "demo.wav", "--url", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 3 and "no connection to the speech-to-text server" in done.stderr


def test_a_file_without_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("not sound")
    done = run(tmp_path, "live", "a.mp3")
    assert done.returncode == 1 and done.stderr.startswith("stt: a.mp3: ")


SOUNDDEVICE = """
    # Stands in for sounddevice: its microphone hears the recording once, and then silence.
    import threading, wave
    from types import SimpleNamespace

    class PortAudioError(Exception):
        pass

    def check_input_settings(device, samplerate, **_):
        if samplerate != 16000 or device not in (None, "yeti"):
            raise PortAudioError

    class RawInputStream:
        def __init__(self, callback, **_):
            self.callback = callback

        def start(self):
            threading.Thread(target=self.hear, daemon=True).start()

        def hear(self):
            silence, fine = bytes(3200), SimpleNamespace(input_overflow=False)
            with wave.open("{recording}") as file:
                while pcm := file.readframes(1600):
                    self.callback(pcm, len(pcm) // 2, None, fine)
            for _ in range(20):
                self.callback(silence, 1600, None, fine)

        def stop(self):
            pass

        close = stop
"""
NO_MICROPHONE = """
    class PortAudioError(Exception):
        pass

    def check_input_settings(**_):
        raise PortAudioError("Error querying device -1")
"""


@pytest.mark.parametrize("name", [[], ["yeti"]])
async def test_a_microphone_is_captioned_until_ctrl_c(
    name: list[str], server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode(SPOKEN, tmp_path / "said.wav")
    source = textwrap.dedent(SOUNDDEVICE).replace("{recording}", str(tmp_path / "said.wav"))
    (tmp_path / "sounddevice.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    running = await start("live", "--microphone", *name, "--url", server.url, "--language=en")
    assert running.stdout is not None
    line = await running.stdout.readline()
    running.send_signal(signal.SIGINT)
    rest, stderr = await running.communicate()
    assert words(line.decode()) == words(SPOKEN.text)
    assert (running.returncode, rest, stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (NO_MICROPHONE, "is one plugged in, and free? (Error querying device -1)"),
        ("raise ModuleNotFoundError", "install custom-stt-client with the extra [microphone]"),
        ("raise OSError('PortAudio library not found')", "PortAudio is missing: install "),
    ],
)
def test_why_there_is_no_microphone_is_said(
    module: str, says: str, server: RunningServer, tmp_path: Path
) -> None:
    (tmp_path / "sounddevice.py").write_text(textwrap.dedent(module))
    done = run(tmp_path, "live", "--microphone", "--url", server.url, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("stt: microphone: ") and says in done.stderr
