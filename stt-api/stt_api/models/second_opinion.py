"""Whom to believe when a final is doubted, or lacks words. Decides; others decode.

Whisper fails in known ways: it writes the same words again and again, out of a short context or
out of noise; it stops early; it is not sure of anything. What was said is heard again by a decode
under other conditions, and a failure mostly is not.

People repeat themselves too. On pico a repetition penalty of 1.1 left 21 of 27 repeated digits
word for word as they were, and none of 14 loops in noises and tones.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..session.decoding import DecodeRequest, Doubt, Transcript
from ..session.gating import doubt, is_sure
from .batch_key import BatchKey
from .contexts import LONGEST_S

REPETITION_PENALTY = 1.1
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)  # Whisper's own, after 0

Decoding = Generator[BatchKey, Any, "Opinion"]
"""Yields how to decode once more, is sent the Transcript, and returns whom to believe."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The transcript to believe, and if the context of the first one was too short."""

    believed: Transcript
    too_short: bool = False


def second_opinion(first: Transcript, request: DecodeRequest, key: BatchKey) -> Decoding:
    """``key`` is what the first transcript was decoded under.

    1. At full context it is not to be doubted: the short context was to blame.
    2. A repetition is tried under a penalty.
    3. Else what Whisper draws at rising temperatures, as soon as one is not to be doubted.
    4. Else the first, which gating then judges.

    Only what has come to 3 is not a function of the audio alone.
    """
    reason = doubt(request, first)
    full_key = _at_full_context(key, reason)
    if key != full_key:
        full: Transcript = yield full_key
        if not doubt(request, full):
            repeats = reason is Doubt.REPETITION
            return _of_two_counts(first, full, request) if repeats else _longer(first, full)
    if reason is Doubt.EARLY_END:
        return Opinion(first)  # it heard nothing there either: a cough, a door
    if reason is Doubt.REPETITION:
        return (yield from _penalised(first, request, full_key))
    return (yield from _drawn(first, request, full_key))


def _at_full_context(key: BatchKey, reason: Doubt | None) -> BatchKey:
    """Without previous text, too, for what ends early: it took a pause for that text's end."""
    full_key = replace(key, context_s=LONGEST_S)
    return full_key.without_text if reason is Doubt.EARLY_END else full_key


def _of_two_counts(first: Transcript, full: Transcript, request: DecodeRequest) -> Opinion:
    """Where only the number of repetitions differs, the model may have been right at first."""
    same_words = set(_words(full)) == set(_words(first))
    sure = is_sure(first, request.seconds)
    return Opinion(first) if sure and same_words else _longer(first, full)


def _longer(first: Transcript, full: Transcript) -> Opinion:
    return Opinion(full, too_short=_words(full) != _words(first))


def _penalised(first: Transcript, request: DecodeRequest, full_key: BatchKey) -> Decoding:
    """The same words although repeating costs: they were said. Else better ones, or the first."""
    penalised: Transcript = yield replace(full_key, repetition_penalty=REPETITION_PENALTY)
    if _words(penalised) == _words(first):
        return Opinion(replace(first, agreed=True))
    if is_sure(first, request.seconds) or doubt(request, penalised):
        return Opinion(first)
    return Opinion(penalised)


def _drawn(first: Transcript, request: DecodeRequest, full_key: BatchKey) -> Decoding:
    for temperature in TEMPERATURES:
        drawn: Transcript = yield replace(full_key, beam_size=1, temperature=temperature)
        if not doubt(request, drawn):
            return Opinion(drawn)
    return Opinion(first)


def _words(transcript: Transcript) -> list[str]:
    return [word.letters for word in transcript.words if word.letters]


def lost_words(given: Transcript, plain: Transcript, keyterms: Sequence[str]) -> bool:
    """Tell if keyterms cost ``given`` words that the same audio has without them, ``plain``.

    Fewer words are right where they became a keyterm ("cooper netties", "Kubernetes").
    """
    fewer = len(_words(given)) < len(_words(plain))
    gained = _count(given, keyterms) > _count(plain, keyterms)
    return fewer and (given.avg_logprob < plain.avg_logprob or not gained)


def _count(transcript: Transcript, keyterms: Sequence[str]) -> int:
    text = transcript.text.casefold()
    return sum(text.count(term.casefold()) for term in keyterms)
