"""A transcript in LiveKit's terms: times, words, confidence. Decides no order."""

from __future__ import annotations

from collections.abc import Sequence

from custom_stt_client.messages import Transcript, Word
from custom_stt_client.progress import Progress
from livekit.agents import LanguageCode, stt
from livekit.agents.types import TimedString


def speech_data(
    transcript: Transcript, progress: Progress, start_time_offset: float = 0.0
) -> stt.SpeechData:
    """Return a transcript; ``start_time_offset`` (s) is added to its times."""
    words = transcript.words
    return stt.SpeechData(
        language=LanguageCode(transcript.language),
        text=transcript.text,
        start_time=start_time_offset + transcript.start,
        end_time=start_time_offset + transcript.end,
        confidence=transcript.confidence,
        words=None if words is None else [_timed(word, start_time_offset) for word in words],
        metadata=_metadata(transcript, progress),
    )


def no_words(
    start_s: float = 0.0, end_s: float = 0.0, suppressed: str | None = None
) -> stt.SpeechData:
    """Return what an event without a transcript carries: ``alternatives[0]`` is always there.

    The end of speech that goes on is left at 0: LiveKit takes any other for its end.
    """
    return stt.SpeechData(
        LanguageCode(""), "", start_time=start_s, end_time=end_s, metadata=_reason(suppressed)
    )


def joined(parts: Sequence[stt.SpeechData], suppressed: str | None = None) -> stt.SpeechData:
    """Return several finals as one; the language is that of the first."""
    if not parts:
        return no_words(suppressed=suppressed)
    words = [word for part in parts for word in part.words or ()]
    return stt.SpeechData(
        language=parts[0].language,
        text=" ".join(part.text for part in parts),
        start_time=parts[0].start_time,
        end_time=parts[-1].end_time,
        confidence=sum(part.confidence for part in parts) / len(parts),
        words=words or None,
        metadata=_reason(suppressed),
    )


def _reason(suppressed: str | None) -> dict[str, str] | None:
    """Return why there is no final, or not for all that was said."""
    return {"suppressed": suppressed} if suppressed else None


def _timed(word: Word, start_time_offset: float) -> TimedString:
    return TimedString(
        word.word,
        start_time=start_time_offset + word.start,
        end_time=start_time_offset + word.end,
        confidence=word.confidence,
        start_time_offset=start_time_offset,
    )


def _metadata(transcript: Transcript, progress: Progress) -> dict[str, float]:
    """``lag_s``: seconds of audio that came in and that this does not cover."""
    metadata = {}
    if transcript.no_speech_prob is not None:
        metadata["no_speech_prob"] = transcript.no_speech_prob
    if transcript.audio_processed is not None:
        metadata["lag_s"] = progress.lag_s(transcript.audio_processed)
    return metadata
