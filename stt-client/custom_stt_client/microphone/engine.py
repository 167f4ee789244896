"""The microphone engine: what a desktop program calls to record and to be told what is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import CallbackFailed, SessionClosed, SlowConsumer, SttError
from ..log import logger
from ..messages import CreditsLow, Transcript
from .device import AudioDevice, started
from .recording import Recording
from .services import Service
from .system import Microphone

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class TranscriptionResult:
    """What was said: all of an utterance so far, or a final, which is never changed."""

    text: str
    is_final: bool
    timestamp: float  # s since the epoch, when it came
    user_name: str


class MicrophoneEngine:
    """``initialize``, then ``start_recording`` and ``stop_recording`` in turns; ``stop`` at last.

    Any thread may call any method; each is harmless when repeated. Methods that can fail return
    False, with the reason in ``last_error``. Callbacks are called one after another, in threads of
    the engine's own; they may call it. An exception in one stops nothing: it is logged, without its
    text, and told to ``on_error`` as a CallbackFailed.

    Args:
        service: ``Managed`` or ``OwnKey``.
        device: default ``Microphone()``, the system's.
        on_realtime: called with a TranscriptionResult for what is said so far, which may change.
        on_final: called with a TranscriptionResult for each final.
        on_error: called with the SttError that ends a recording that had begun.
        on_credits_low: called with the seconds that are left of the account.
        timeout_s: for a recording to begin, and for an outage while it goes on.
    """

    def __init__(
        self,
        service: Service,
        *,
        device: AudioDevice | None = None,
        on_realtime: Callable[[TranscriptionResult], object] | None = None,
        on_final: Callable[[TranscriptionResult], object] | None = None,
        on_error: Callable[[SttError], object] | None = None,
        on_credits_low: Callable[[float], object] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.last_error: SttError | None = None
        self._service = service
        self._device = device or Microphone()
        self._on_realtime = on_realtime or _ignore
        self._on_final = on_final or _ignore
        self._on_error = on_error or _ignore
        self._on_credits_low = on_credits_low or _ignore
        self._timeout_s = timeout_s
        self._user_name = ""
        self._lock = threading.Lock()
        self._is_ready = False
        self._recording: Recording | None = None

    def initialize(self) -> bool:
        """Return True if there is a microphone that may be used.

        It is opened and closed for that, so that the system asks for permission now, and not in the
        middle of the first sentence.
        """
        with self._lock:
            if not self._is_ready:
                try:
                    started(self._device, _ignore, lambda: None)
                except SttError as error:
                    self.last_error = error
                    return False
                finally:
                    self._device.stop()
                self._is_ready = True
        return True

    def start_recording(self) -> bool:
        """Return True once the service is ready and audio flows; also if it did before.

        Return False where that does not come about within ``timeout_s``. Nothing goes on then.
        """
        try:
            self._begun().wait_for_audio()
        except SttError as error:
            self.last_error = error
            return False
        self.last_error = None
        return True

    def stop_recording(self) -> None:
        """End the input, and return once the last finals were told, at most some seconds later.

        Called by a callback it returns at once: they are told after that.
        """
        if (recording := self._recording) is not None:
            recording.stop()
            recording.join()

    def stop(self) -> None:
        """End a recording, and the engine until it is initialized again."""
        with self._lock:
            self._is_ready = False
        self.stop_recording()

    def is_ready(self) -> bool:
        """Tell if the engine is initialized."""
        return self._is_ready

    def is_recording_active(self) -> bool:
        """Tell if audio flows; also while a lost connection is resumed."""
        recording = self._recording
        return recording is not None and recording.is_active

    def set_user_name(self, user_name: str) -> None:
        """Set the name that results carry from now on."""
        self._user_name = user_name

    def _begun(self) -> Recording:
        """Return the recording that goes on, or begin one. Raises SessionClosed."""
        with self._lock:
            if not self._is_ready:
                raise SessionClosed("the engine is not ready: call initialize() first")
            if self._recording is None or self._recording.is_over:
                self._recording = self._begin()
            elif self._recording.is_stopping:
                raise SessionClosed("the recording before is still ending")
            return self._recording

    def _begin(self) -> Recording:
        callbacks: dict[str, Callable[..., None]] = {
            "partial_transcript": self._tell_transcript,
            "transcript": self._tell_transcript,
            "credits_low": self._tell_credits,
            "error": self._tell_callback_error,
        }
        return Recording(
            self._device, self._service, callbacks, self._tell_failure, self._timeout_s
        )

    def _tell_transcript(self, told: Transcript) -> None:
        result = TranscriptionResult(told.text, told.is_final, time.time(), self._user_name)
        (self._on_final if told.is_final else self._on_realtime)(result)

    def _tell_credits(self, told: CreditsLow) -> None:
        self._on_credits_low(told.seconds_remaining)

    def _tell_callback_error(self, error: SttError) -> None:
        """Tell of what is wrong with callbacks. Other errors are told once the recording is over.

        1. One raised: all goes on.
        2. They are too slow, and nothing more is told: a recording would be for nobody.
        """
        if isinstance(error, CallbackFailed):
            self._on_error(error)
        elif isinstance(error, SlowConsumer):
            self.stop_recording()
            self._tell_failure(error)

    def _tell_failure(self, error: SttError) -> None:
        self.last_error = error
        try:
            self._on_error(error)
        except Exception as raised:
            extra = {"event": "error", "error_type": type(raised).__name__}
            logger.error("a callback failed", extra=extra)


def _ignore(told: object) -> None:
    """Stand in for a callback that nobody gave."""
