"""How the server shall listen: what may be set, checked where it is set. No wire format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args

from .languages import DETECT, LANGUAGES, whisper_language, whisper_languages

Task = Literal["transcribe", "translate"]
Windowing = Literal["utterance", "overlap"]

# The server's limits; a wrong value is better refused here than in the middle of a call.
MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 8_000, 48_000  # Hz
MIN_ENDPOINTING_MS, MAX_ENDPOINTING_MS = 100, 5_000
MAX_PROMPT_LENGTH = 4_000  # characters
MAX_KEYTERMS, MAX_KEYTERM_LENGTH = 100, 100

_NO_WAY_BACK = {
    "language": "a language or 'auto'",
    "languages": "a list, () for any language",
    "endpointing_ms": "a number",
}

CHANGEABLE_MID_STREAM = (
    "language",
    "languages",
    "prompt",
    "keyterms",
    "endpointing_ms",
    "interim_results",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """How the server shall listen. ``None`` leaves a choice to the server.

    Raises ValueError naming the field and the allowed values.
    """

    language: str | None = None  # "en", "en-US", "english"; "auto" or "multi": detected
    languages: Sequence[str] | None = None  # to detect one of where ``language`` names none
    task: Task = "transcribe"  # "translate": the text comes out in English
    prompt: str | None = None  # text the speech is likely to follow from
    keyterms: Sequence[str] = ()  # names and terms to listen for
    interim_results: bool = True
    words: bool = True  # times and confidence of each word
    endpointing_ms: int | None = None  # silence that ends an utterance
    vad: bool = True
    windowing: Windowing | None = None
    sample_rate: int = 16_000  # Hz of the audio that is sent

    def __post_init__(self) -> None:
        for field in fields(self):
            is_allowed, allowed = _RULES[field.name]
            _require(is_allowed(getattr(self, field.name)), field.name, allowed)
        object.__setattr__(self, "keyterms", tuple(self.keyterms))
        if self.languages is not None:
            object.__setattr__(self, "languages", whisper_languages(self.languages))


Options = TypeVar("Options", bound=StreamOptions)


def apply_changes(options: Options, changes: Mapping[str, Any]) -> Options:
    """Return the options with changes that a running stream can follow.

    Raises ValueError for a field that is unknown, fixed, or has no such value.
    """
    known = {field.name for field in fields(StreamOptions)}
    refused = [name for name in changes if name not in CHANGEABLE_MID_STREAM]
    if refused:
        kind = "fixed for the life of a stream" if known.issuperset(refused) else "unknown"
        raise ValueError(
            f"{', '.join(refused)}: {kind}; may change: {', '.join(CHANGEABLE_MID_STREAM)}"
        )
    for name, allowed in _NO_WAY_BACK.items():
        _require(
            changes.get(name, allowed) is not None,
            name,
            f"{allowed}: a running stream cannot go back to the server's default",
        )
    return replace(options, **changes)


def take_back(options: Options, refused: StreamOptions, in_force: StreamOptions) -> Options:
    """Return the options without what ``refused`` would have changed of those in force.

    What was set to another value since then stays.
    """
    undone = {
        name: getattr(in_force, name)
        for name in CHANGEABLE_MID_STREAM
        if getattr(options, name) == getattr(refused, name)
    }
    return replace(options, **undone)


def sendable(text: str) -> str:
    """Return the text as Unicode has it.

    A pair of surrogates becomes one character; a half of a pair is left out: it has no encoding.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def is_keyterm(value: object) -> bool:
    return value != "" and _is_text(value, MAX_KEYTERM_LENGTH)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_text(value: object, max_length: int) -> bool:
    return isinstance(value, str) and len(value) <= max_length and sendable(value) == value


def _is_language(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        whisper_language(value)
    except ValueError:
        return False
    return True


def _are_languages(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return all(_is_language(name) and whisper_language(name) for name in value)


def _are_keyterms(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return len(value) <= MAX_KEYTERMS and all(map(is_keyterm, value))


def _is_int_in(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and low <= value <= high


def _one_of(literal: Any) -> str:
    return " or ".join(repr(value) for value in get_args(literal))


def _require(is_allowed: bool, field: str, allowed: str) -> None:
    if not is_allowed:
        raise ValueError(f"{field} must be {allowed}")


_SWITCH = (_is_bool, "True or False")
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {  # field: (is it allowed, what is)
    "language": (
        lambda value: value is None or _is_language(value),
        f"{' or '.join(map(repr, DETECT))} to detect it, a tag such as 'en-US', an English name,"
        f" None for the server's default, or one of {', '.join(LANGUAGES)}",
    ),
    "languages": (
        lambda value: value is None or _are_languages(value),
        "a list of tags such as 'en-US', English names or codes, () for any language, None for the"
        f" server's default; the codes are {', '.join(LANGUAGES)}",
    ),
    "task": (lambda value: value in get_args(Task), _one_of(Task)),
    "prompt": (
        lambda value: value is None or _is_text(value, MAX_PROMPT_LENGTH),
        f"Unicode text of at most {MAX_PROMPT_LENGTH} characters, or None",
    ),
    "keyterms": (
        _are_keyterms,
        f"a list of at most {MAX_KEYTERMS} strings, Unicode text of 1 to {MAX_KEYTERM_LENGTH}"
        " characters each",
    ),
    "interim_results": _SWITCH,
    "words": _SWITCH,
    "endpointing_ms": (
        lambda value: value is None or _is_int_in(value, MIN_ENDPOINTING_MS, MAX_ENDPOINTING_MS),
        f"an integer between {MIN_ENDPOINTING_MS} and {MAX_ENDPOINTING_MS}, or None",
    ),
    "vad": _SWITCH,
    "windowing": (
        lambda value: value in (None, *get_args(Windowing)),
        f"{_one_of(Windowing)}, or None",
    ),
    "sample_rate": (
        lambda value: _is_int_in(value, MIN_SAMPLE_RATE, MAX_SAMPLE_RATE),
        f"an integer between {MIN_SAMPLE_RATE} and {MAX_SAMPLE_RATE}",
    ),
}
