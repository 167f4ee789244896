"""The events of a session under one name."""

from __future__ import annotations

from typing import TypeAlias

from . import events, messages


class StreamEvent:
    """Each event by its name, for ``match``: ``case StreamEvent.Transcript(is_final=True)``.

    ``Event`` is the type of any of them.
    """

    Ready: TypeAlias = messages.Ready
    SpeechStarted: TypeAlias = messages.SpeechStarted
    Transcript: TypeAlias = messages.Transcript
    UtteranceEnd: TypeAlias = events.UtteranceEnd
    Flushed: TypeAlias = events.Flushed
    Reconnecting: TypeAlias = events.Reconnecting
    Reconnected: TypeAlias = events.Reconnected
    AudioDropped: TypeAlias = events.AudioDropped
    CreditsLow: TypeAlias = messages.CreditsLow
