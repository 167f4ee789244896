"""Whom to believe when a final repeats itself, or lacks words. Decides; the decoding is given.

Whisper loops: it writes the same words again and again, out of a short context or out of noise.
People repeat themselves too. What was said is heard again by a decode under other conditions; a
loop is not. On pico a repetition penalty of 1.1 left 21 of 27 repeated digits word for word as
they were, and none of 14 loops in noises and tones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..session.decoding import DecodeRequest, Transcript
from ..session.gating import MIN_AVG_LOGPROB, is_repetitive, is_sure
from .batch_key import LONGEST_S, BatchKey

REPETITION_PENALTY = 1.1


def needs_second_opinion(request: DecodeRequest, transcript: Transcript) -> bool:
    """Interims have none: the next interim comes soon, and no final should wait for one."""
    return request.final and is_repetitive(transcript.text)


def second_opinion(
    first: Transcript,
    request: DecodeRequest,
    key: BatchKey,
    decode: Callable[[BatchKey], Transcript],
) -> Transcript:
    """Return the transcript to believe; ``decode`` transcribes the request under a key.

    1. At full context it does not loop: the short context was to blame. But if only the number of
       repetitions differs, the model may have been right the first time, where it was sure.
    2. The same words come again although repeating costs: they were said.
    3. Only the penalty ends a loop that the model was not sure of: the other words are better.
    4. Else the first, which gating then judges.
    """
    sure = is_sure(first, request.seconds)
    full_key = replace(key, context_s=LONGEST_S)
    if key != full_key and _is_plausible(full := decode(full_key)):
        return first if sure and set(_words(full)) == set(_words(first)) else full
    penalised = decode(replace(full_key, repetition_penalty=REPETITION_PENALTY))
    if _words(penalised) == _words(first):
        return replace(first, agreed=True)
    return penalised if _is_plausible(penalised) and not sure else first


def _is_plausible(transcript: Transcript) -> bool:
    return transcript.avg_logprob >= MIN_AVG_LOGPROB and not is_repetitive(transcript.text)


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
