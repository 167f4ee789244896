"""Tell a hallucination or a failure from a transcript, by what the model itself gives away.

Words that repeat are no hallucination by themselves: people say "no no no no", and read numbers
aloud. They are doubted, which has the engine decode a final again; they are suppressed only where
no second decode agreed and the model was not sure.
"""

import re
import zlib

from .decoding import DecodeRequest, Doubt, Transcript
from .events import Suppression

MAX_NO_SPEECH_PROB = 0.6  # with a low log-probability; Whisper's own pair of thresholds
MIN_AVG_LOGPROB = -1.0
SURE_NO_SPEECH_PROB = 0.9  # alone
SURE_AVG_LOGPROB = -0.5  # of repeated words that were said; loops in noise have less
MAX_CHARACTERS_PER_S = 40  # twice as fast as people talk: a loop that ran to the longest text
MAX_COMPRESSION_RATIO = 2.4  # text that repeats itself compresses better than speech does
MAX_REPEATS = 6  # of the same one to four words in a row
EARLY_S = 0.7  # between the end of the last word and that of speech


def suppression(transcript: Transcript, seconds: float) -> Suppression | None:
    """Return why the transcript of ``seconds`` of audio is not given, or None where it is."""
    if not any(char.isalnum() for char in transcript.text):
        return Suppression.NO_WORDS
    if _is_silence(transcript):
        return Suppression.NO_SPEECH
    if is_repetitive(transcript.text) and not (transcript.agreed or is_sure(transcript, seconds)):
        return Suppression.REPETITION
    return None


def doubt(request: DecodeRequest, transcript: Transcript) -> Doubt | None:
    """Return why the transcript may not be what was said, or None where nothing says so.

    Silence is none of the reasons: the model has told that nothing was said.
    """
    if _is_silence(transcript):
        return None
    seconds = request.seconds
    signs = {
        Doubt.REPETITION: is_repetitive(transcript.text),  # first: most are cut off as well
        Doubt.CUT_OFF: transcript.cut_off,
        Doubt.TOO_FAST: not _could_be_said(transcript, seconds),
        Doubt.UNSURE: transcript.avg_logprob < MIN_AVG_LOGPROB,
        Doubt.EARLY_END: _ends_early(request, transcript),
    }
    return next((reason for reason, shows in signs.items() if shows), None)


def _ends_early(request: DecodeRequest, transcript: Transcript) -> bool:
    """Tell it by word times, or where no word was heard at all; else nothing shows it."""
    if request.speech_s is None:
        return False
    if not transcript.words:
        return request.evidence_s > EARLY_S
    last_s = max(word.end for word in transcript.words)
    return last_s > 0 and request.speech_s - last_s > EARLY_S


def is_repetitive(text: str) -> bool:
    data = text.encode()
    ratio = len(data) / len(zlib.compress(data))
    return ratio > MAX_COMPRESSION_RATIO or _loops(re.findall(r"\w+", text.casefold()))


def is_sure(transcript: Transcript, seconds: float) -> bool:
    """Tell if the model has no doubt, and the words could be said in the time."""
    probable = transcript.avg_logprob >= SURE_AVG_LOGPROB
    speech = transcript.no_speech_prob <= MAX_NO_SPEECH_PROB
    return probable and speech and _could_be_said(transcript, seconds)


def _could_be_said(transcript: Transcript, seconds: float) -> bool:
    return len(transcript.text) <= MAX_CHARACTERS_PER_S * seconds


def _is_silence(transcript: Transcript) -> bool:
    if transcript.no_speech_prob > SURE_NO_SPEECH_PROB:
        return True
    unsure = transcript.avg_logprob < MIN_AVG_LOGPROB
    return unsure and transcript.no_speech_prob > MAX_NO_SPEECH_PROB


def _loops(words: list[str]) -> bool:
    for size in range(1, 5):
        same = 0
        for a, b in zip(words, words[size:], strict=False):
            same = same + 1 if a == b else 0
            if same >= size * MAX_REPEATS:
                return True
    return False
