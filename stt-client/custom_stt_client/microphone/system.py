"""The system's microphone, by sounddevice and PortAudio."""

from __future__ import annotations

from typing import Any

from ..audio import BYTES_PER_SAMPLE
from ..log import logger
from .device import MicrophoneUnavailable, OnAudio, OnEnd

# In the order of liking. Speech needs no more than the first, which a device that does not resample
# may refuse; each has one of the others. The service is told which it is.
SAMPLE_RATES = (16_000, 48_000, 44_100)  # Hz

NOT_INSTALLED = "sounddevice is missing: install custom-stt-client with the extra [microphone]"
NO_PORTAUDIO = "PortAudio is missing: install libportaudio2 (Debian, Ubuntu) or portaudio"

# A system that does not let a program hear may open the microphone and give zeros, without an
# error: macOS does. A real microphone is never that quiet, unless it is muted.
SILENCE_S = 2.0
SILENT = "the microphone gives digital silence: is it muted, and may this program use it?"


class Microphone:
    """An ``AudioDevice`` of the system.

    Args:
        name: a part of its name, in any case, or its number as sounddevice lists it, which changes
            when something is plugged in. Default: the system's default.
        backend: another module than sounddevice with the same functions.
    """

    def __init__(self, name: str | int | None = None, *, backend: Any = None) -> None:
        self._name = name
        self._backend = backend
        self._stream: Any = None

    def start(self, on_audio: OnAudio, on_end: OnEnd) -> int:
        """Open and begin. See ``AudioDevice.start``."""
        # Only now: PortAudio looks at devices when it is imported, and must not before a fork.
        backend = self._backend or _sounddevice()
        try:
            rate = self._sample_rate(backend)
            self._open(backend, rate, on_audio, on_end)
        except (backend.PortAudioError, ValueError) as error:  # ValueError: no device of that name
            self.stop()
            message = f"no microphone can be opened: is one plugged in, and free? ({error})"
            raise MicrophoneUnavailable(message) from None
        return rate

    def stop(self) -> None:
        """Close. See ``AudioDevice.stop``."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.stop()
            stream.close()

    def _sample_rate(self, backend: Any) -> int:
        """Return the first rate that the device bears. Raises PortAudioError, ValueError."""
        for rate in SAMPLE_RATES[:-1]:
            try:
                self._check(backend, rate)
            except backend.PortAudioError:
                continue
            return rate
        self._check(backend, SAMPLE_RATES[-1])
        return SAMPLE_RATES[-1]

    def _check(self, backend: Any, rate: int) -> None:
        backend.check_input_settings(device=self._name, channels=1, dtype="int16", samplerate=rate)

    def _open(self, backend: Any, rate: int, on_audio: OnAudio, on_end: OnEnd) -> None:
        silence = DigitalSilence(rate)

        def hear(buffer: Any, frames: int, time: Any, status: Any) -> None:
            pcm = bytes(buffer)  # it is PortAudio's again when this returns
            if silence.is_conspicuous(pcm):
                logger.warning(SILENT)
            if status.input_overflow:
                logger.warning("the system lost audio of the microphone: it is too busy")
            on_audio(pcm)

        def ended() -> None:
            if self._stream is stream:  # else it was stopped here
                on_end()

        self._stream = stream = backend.RawInputStream(
            device=self._name,
            channels=1,
            dtype="int16",
            samplerate=rate,
            callback=hear,
            finished_callback=ended,
        )
        stream.start()


class DigitalSilence:
    """Zeros from the beginning on."""

    def __init__(self, sample_rate: int) -> None:
        self._left = BYTES_PER_SAMPLE * round(SILENCE_S * sample_rate)  # bytes, until it is told

    def is_conspicuous(self, pcm: bytes) -> bool:
        """Return True once: at the end of the first SILENCE_S, where they are all zeros."""
        if self._left <= 0:
            return False
        self._left = 0 if any(pcm) else self._left - len(pcm)
        return self._left <= 0 and not any(pcm)


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise MicrophoneUnavailable(NOT_INSTALLED) from None
    except OSError:
        raise MicrophoneUnavailable(NO_PORTAUDIO) from None
    return sounddevice
