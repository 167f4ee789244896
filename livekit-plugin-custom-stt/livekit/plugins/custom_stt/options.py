"""What a user may set, and what the framework adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from custom_stt_client.options import (
    CHANGEABLE_MID_STREAM,
    MAX_KEYTERMS,
    MAX_PROMPT_LENGTH,
    StreamOptions,
    is_keyterm,
    sendable,
)

__all__ = ["CHANGEABLE_MID_STREAM", "STTOptions", "with_conversation", "with_more_keyterms"]

CONVERSATION_LENGTH = 200  # characters of it that the prompt ends with


@dataclass(frozen=True, slots=True, kw_only=True)
class STTOptions(StreamOptions):
    """How the server shall listen. ``None`` leaves a choice to the server.

    Input of any rate is resampled to ``sample_rate``. Raises ValueError naming the field and the
    allowed values.
    """


def with_more_keyterms(options: STTOptions, terms: Sequence[str]) -> STTOptions:
    """Add keyterms after the user's own; what does not fit is left out: nobody chose it by hand."""
    fitting = filter(is_keyterm, map(sendable, terms))
    merged = dict.fromkeys((*options.keyterms, *fitting))
    return replace(options, keyterms=tuple(merged)[:MAX_KEYTERMS])


def with_conversation(options: STTOptions, conversation: str) -> STTOptions:
    """Let the prompt be the user's own, then what was said last, in whole words."""
    conversation = sendable(conversation)
    if len(conversation) > CONVERSATION_LENGTH:
        conversation = conversation[-CONVERSATION_LENGTH:].partition(" ")[2]
    prompt = " ".join(filter(None, (options.prompt, conversation)))
    return replace(options, prompt=prompt[-MAX_PROMPT_LENGTH:] or None)
