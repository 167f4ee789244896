"""What a user may set, checked where it is set. Knows no wire format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from livekit.agents.utils import is_given

Task = Literal["transcribe", "translate"]
Windowing = Literal["utterance", "overlap"]

# The server's limits; a wrong value is better refused here than in the middle of a call.
MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 8_000, 48_000  # Hz
MIN_ENDPOINTING_MS, MAX_ENDPOINTING_MS = 100, 5_000
MAX_PROMPT_LENGTH = 4_000  # characters
MAX_KEYTERMS, MAX_KEYTERM_LENGTH = 100, 100

CONVERSATION_LENGTH = 200  # characters of it that the prompt ends with

CHANGEABLE_MID_STREAM = ("language", "prompt", "keyterms", "endpointing_ms", "interim_results")


@dataclass(frozen=True, slots=True, kw_only=True)
class STTOptions:
    """How the server shall listen. ``None`` leaves a choice to the server.

    Raises ValueError naming the field and the allowed values.
    """

    language: str | None = None  # "en", "en-US", "english"; None: the server detects it
    task: Task = "transcribe"  # "translate": the text comes out in English
    prompt: str | None = None  # text the speech is likely to follow from
    keyterms: Sequence[str] = ()  # names and terms to listen for
    interim_results: bool = True
    words: bool = True  # times and confidence of each word
    endpointing_ms: int | None = None  # silence that ends an utterance
    vad: bool = True
    windowing: Windowing | None = None
    sample_rate: int = 16_000  # Hz sent to the server; input of any rate is resampled

    def __post_init__(self) -> None:
        _require(self.language != "", "language", "a language such as 'en', or None to detect")
        _require(self.task in get_args(Task), "task", _one_of(Task))
        _require(
            self.prompt is None or len(self.prompt) <= MAX_PROMPT_LENGTH,
            "prompt",
            f"at most {MAX_PROMPT_LENGTH} characters",
        )
        _require(
            not isinstance(self.keyterms, str)
            and len(self.keyterms) <= MAX_KEYTERMS
            and all(map(is_keyterm, self.keyterms)),
            "keyterms",
            f"a list of at most {MAX_KEYTERMS} strings of 1 to {MAX_KEYTERM_LENGTH} characters",
        )
        _require(
            self.endpointing_ms is None
            or _is_int_in(self.endpointing_ms, MIN_ENDPOINTING_MS, MAX_ENDPOINTING_MS),
            "endpointing_ms",
            f"between {MIN_ENDPOINTING_MS} and {MAX_ENDPOINTING_MS}, or None",
        )
        _require(
            self.windowing in (None, *get_args(Windowing)),
            "windowing",
            f"{_one_of(Windowing)}, or None",
        )
        _require(
            _is_int_in(self.sample_rate, MIN_SAMPLE_RATE, MAX_SAMPLE_RATE),
            "sample_rate",
            f"between {MIN_SAMPLE_RATE} and {MAX_SAMPLE_RATE}",
        )
        object.__setattr__(self, "keyterms", tuple(self.keyterms))


def is_keyterm(term: str) -> bool:
    return 1 <= len(term) <= MAX_KEYTERM_LENGTH


def apply_changes(options: STTOptions, changes: dict[str, Any]) -> STTOptions:
    """The options with what may change while a stream runs. NOT_GIVEN changes nothing."""
    given = {name: value for name, value in changes.items() if is_given(value)}
    known = {field.name for field in fields(STTOptions)}
    refused = [name for name in given if name not in CHANGEABLE_MID_STREAM]
    if refused:
        kind = "fixed for the life of a stream" if known.issuperset(refused) else "unknown"
        raise ValueError(
            f"{', '.join(refused)}: {kind}; may change: {', '.join(CHANGEABLE_MID_STREAM)}"
        )
    _require(
        given.get("endpointing_ms", 0) is not None,
        "endpointing_ms",
        "a number: a running stream cannot go back to the server's default",
    )
    return replace(options, **given)


def with_more_keyterms(options: STTOptions, terms: Sequence[str]) -> STTOptions:
    """The user's own come first; what does not fit is left out: nobody chose it by hand."""
    merged = dict.fromkeys((*options.keyterms, *filter(is_keyterm, terms)))
    return replace(options, keyterms=tuple(merged)[:MAX_KEYTERMS])


def with_conversation(options: STTOptions, conversation: str) -> STTOptions:
    """The user's own prompt, then what was said last, in whole words."""
    if len(conversation) > CONVERSATION_LENGTH:
        conversation = conversation[-CONVERSATION_LENGTH:].partition(" ")[2]
    prompt = " ".join(filter(None, (options.prompt, conversation)))
    return replace(options, prompt=prompt[-MAX_PROMPT_LENGTH:] or None)


def _require(valid: bool, field: str, allowed: str) -> None:
    if not valid:
        raise ValueError(f"{field} must be {allowed}")


def _one_of(literal: Any) -> str:
    return " or ".join(repr(value) for value in get_args(literal))


def _is_int_in(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and low <= value <= high
