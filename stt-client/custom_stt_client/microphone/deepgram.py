"""The protocol of Deepgram and of services compatible with it, in the native one's terms. No I/O.

    Results with text             Transcript; a final covers the audio up to its end
    Results without, final        Progress
    speech_final                  SpeechEnded
    from_finalize                 Finalized
    Metadata, or close 1000       SessionEnded, if the end of the stream was said
    Error                         ServerError

Words are not passed on.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Sequence
from typing import Any

from ..errors import ProtocolError, Refused, from_close
from ..languages import whisper_language
from ..messages import (
    Finalized,
    Message,
    Progress,
    Ready,
    ServerError,
    SessionEnded,
    SpeechEnded,
    Transcript,
    Unknown,
)
from ..options import StreamOptions

Json = dict[str, Any]

PATH = "/v1/listen"

_FRAMES = {  # native message: Deepgram's; settings are in the query
    "keepalive": json.dumps({"type": "KeepAlive"}),
    "finalize": json.dumps({"type": "Finalize"}),
    "end_of_stream": json.dumps({"type": "CloseStream"}),
}
_REFUSALS = {  # by HTTP status
    400: "the service refused the settings: check model, language and keyterms",
    401: "the service refused the API key: check api_key",
    402: "the account of the API key has no credit left",
    403: "the service does not allow this to the API key: check api_key and model",
    404: "no speech-to-text endpoint there: check the path of api_url",
    429: "too many sessions for this API key",
}
_CLOSES = {  # by close code: (what it means, retryable); else as for any server
    1002: ("the service cannot decode the audio", False),
    1008: ("the service cannot decode the audio", False),
    1011: ("the service failed, or heard nothing for too long", True),
}


def query(options: StreamOptions, model: str) -> list[tuple[str, str]]:
    """Return the parameters of a session.

    Raises ValueError naming the option that the service has no word for.
    """
    for name in ("languages", "task", "prompt", "vad", "windowing"):
        if getattr(options, name) != getattr(StreamOptions(), name):
            raise ValueError(f"{name} must be left out: services with a key of your own lack it")
    asked = [
        ("model", model),
        ("encoding", "linear16"),
        ("sample_rate", f"{options.sample_rate}"),
        ("channels", "1"),
        ("punctuate", "true"),
        ("interim_results", "true" if options.interim_results else "false"),
    ]
    if options.language is not None:
        asked.append(("language", _language(options.language)))
    if options.endpointing_ms is not None:
        asked.append(("endpointing", f"{options.endpointing_ms}"))
    return asked + [("keyterm", term) for term in options.keyterms]


def explained(error: Refused) -> Refused:
    """Return a refusal in terms of a service with a key of one's own."""
    return type(error)(
        _REFUSALS.get(error.status_code, error.message),
        status_code=error.status_code,
        retryable=error.retryable,
        retry_after_s=error.retry_after_s,
    )


class DeepgramProtocol:
    """A ``WireProtocol``, for one connection."""

    auth_scheme = "Token"

    def __init__(self, model: str) -> None:
        # It sends no greeting: a connection that was taken is a session.
        self.greeting: Sequence[Message] = (Ready("", model, features=frozenset()),)
        self._utterance = 0
        self._is_open = False  # something was said of the utterance
        self._flushes: deque[int] = deque()  # unanswered
        self._is_ending = False

    def encode(self, message: Json) -> str | None:
        """Return the frame for a message. See ``WireProtocol``."""
        if message["type"] == "finalize":
            self._flushes.append(message["id"])
        if message["type"] == "end_of_stream":
            self._is_ending = True
        return _FRAMES.get(message["type"])

    def parse(self, text: str) -> Sequence[Message]:
        """Return what a text frame says. See ``WireProtocol``."""
        kind = "message"
        try:
            data = json.loads(text)
            kind = str(data["type"])
            if kind == "Results":
                return self._results(data)
            if kind == "Error":
                return [_error(data)]
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
            raise ProtocolError(f"malformed {kind} from the service") from None
        return [SessionEnded("end_of_stream", "") if kind == "Metadata" else Unknown(kind)]

    def closed(self, code: int | None, reason: str) -> Message:
        """Return the end of the session, or raise why there is none."""
        if code == 1000 and self._is_ending:
            return SessionEnded("end_of_stream", "")
        if code not in _CLOSES:
            raise from_close(code, reason)
        meaning, retryable = _CLOSES[code]
        message = f"{meaning}: {reason}" if reason else meaning
        raise Refused(message, status_code=code, retryable=retryable)

    def _results(self, data: Json) -> list[Message]:
        alternative = data["channel"]["alternatives"][0]
        is_final, end = bool(data["is_final"]), _end(data)
        told: list[Message] = []
        if text := alternative["transcript"]:
            self._is_open = True
            told.append(self._transcript(data, text, alternative))
        elif is_final:
            told.append(Progress(end))
        if is_final and data.get("speech_final") and self._is_open:
            told.append(SpeechEnded(self._utterance, end, audio_processed=end))
            self._utterance, self._is_open = self._utterance + 1, False
        if data.get("from_finalize") and self._flushes:
            told.append(Finalized(self._flushes.popleft()))
        return told

    def _transcript(self, data: Json, text: str, alternative: Json) -> Transcript:
        is_final, end = bool(data["is_final"]), _end(data)
        return Transcript(
            utterance=self._utterance,
            text=text,
            is_final=is_final,
            start=_seconds(data["start"]),
            end=end,
            language=(alternative.get("languages") or [""])[0],
            confidence=float(alternative.get("confidence") or 0.0),
            words=None,
            no_speech_prob=None,
            audio_processed=end if is_final else None,
        )


def _language(name: str) -> str:
    """Return a tag with its region as it is: the service has models for some of them."""
    return name if "-" in name else whisper_language(name) or "multi"


def _end(data: Json) -> float:
    return _seconds(data["start"]) + _seconds(data["duration"])


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError("not a number of seconds")
    return seconds


def _error(data: Json) -> ServerError:
    """Return an error. ``message`` is left out: it may repeat what was sent."""
    return ServerError(str(data["variant"]), str(data["description"]), False, None, None)
