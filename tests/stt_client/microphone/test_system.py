"""The system's microphone, with a stand-in for PortAudio, since tests have no sound hardware."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from custom_stt_client.microphone import Microphone, MicrophoneUnavailable

QUIET = SimpleNamespace(input_overflow=False)
LATE = SimpleNamespace(input_overflow=True)


class PortAudio:
    """Functions of sounddevice around one device, which bears these rates."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *rates: int) -> None:
        self._rates = rates
        self.streams: list[Stream] = []

    def check_input_settings(self, *, samplerate: int, **settings: Any) -> None:
        if settings["device"] == "piano":
            raise ValueError("No input device matching 'piano'")
        if samplerate not in self._rates:
            raise self.PortAudioError("Invalid sample rate")

    def RawInputStream(self, **settings: Any) -> Stream:
        self.streams.append(Stream(**settings))
        return self.streams[-1]


class Stream:
    """What sounddevice calls back from a thread of its own, a test calls here."""

    def __init__(
        self,
        *,
        callback: Callable[..., None],
        finished_callback: Callable[[], None],
        **settings: Any,
    ) -> None:
        self.callback = callback
        self.finished_callback = finished_callback
        self.settings = settings
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")
        self.finished_callback()

    def close(self) -> None:
        self.done.append("close")


class Heard:
    """What a device said."""

    def __init__(self) -> None:
        self.audio: list[bytes] = []
        self.ends = 0

    def end(self) -> None:
        self.ends += 1


def test_it_is_opened_as_speech_is_sent_and_closed_once() -> None:
    backend, heard = PortAudio(16_000, 48_000), Heard()
    microphone = Microphone("headset", backend=backend)
    assert microphone.start(heard.audio.append, heard.end) == 16_000
    [stream] = backend.streams
    stream.callback(memoryview(b"\1\0"), 1, None, QUIET)
    microphone.stop()
    microphone.stop()
    asked = {"device": "headset", "channels": 1, "dtype": "int16", "samplerate": 16_000}
    assert stream.settings == asked
    assert stream.done == ["start", "stop", "close"]
    assert (heard.audio, heard.ends) == ([b"\1\0"], 0)


@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_a_device_that_refuses_16_khz_is_opened_at_its_own_rate(rate: int) -> None:
    heard = Heard()
    assert Microphone(backend=PortAudio(rate)).start(heard.audio.append, heard.end) == rate


def test_a_device_that_ends_by_itself_says_so() -> None:
    backend, heard = PortAudio(16_000), Heard()
    Microphone(backend=backend).start(heard.audio.append, heard.end)
    backend.streams[0].finished_callback()
    assert heard.ends == 1


def test_audio_that_the_system_lost_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    backend, heard = PortAudio(16_000), Heard()
    Microphone(backend=backend).start(heard.audio.append, heard.end)
    backend.streams[0].callback(memoryview(b""), 0, None, LATE)
    assert "lost audio of the microphone" in caplog.text


@pytest.mark.parametrize(("first", "warnings"), [(b"\0\0", 1), (b"\0\1", 0)])
def test_a_microphone_that_gives_nothing_but_zeros_is_logged_once(
    first: bytes, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    backend, heard = PortAudio(16_000), Heard()
    Microphone(backend=backend).start(heard.audio.append, heard.end)
    for pcm in (first, *[bytes(16_000)] * 10):
        backend.streams[0].callback(memoryview(pcm), len(pcm) // 2, None, QUIET)
    assert caplog.text.count("digital silence") == warnings


@pytest.mark.parametrize(
    ("name", "backend", "reason"),
    [("piano", PortAudio(16_000), "matching 'piano'"), (None, PortAudio(), "Invalid sample rate")],
)
def test_a_device_that_cannot_be_opened_is_told_with_the_reason(
    name: str | None, backend: PortAudio, reason: str
) -> None:
    heard = Heard()
    with pytest.raises(MicrophoneUnavailable, match=reason):
        Microphone(name, backend=backend).start(heard.audio.append, heard.end)


def test_a_device_that_no_machine_has_is_unavailable_whatever_is_installed() -> None:
    with pytest.raises(MicrophoneUnavailable):
        Microphone("no such microphone").start(lambda pcm: None, lambda: None)
