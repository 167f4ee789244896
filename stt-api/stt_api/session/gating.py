"""Tell a hallucination from a transcript, by what the model itself gives away."""

import zlib

from .decoding import Transcript

MAX_NO_SPEECH_PROB = 0.6  # with a low log-probability; Whisper's own pair of thresholds
MIN_AVG_LOGPROB = -1.0
SURE_NO_SPEECH_PROB = 0.9  # alone
MAX_COMPRESSION_RATIO = 2.4  # text that repeats itself compresses better than speech does
MAX_REPEATS = 6  # of the same one to four words in a row


def is_hallucination(transcript: Transcript) -> bool:
    text = transcript.text
    wordless = not any(char.isalnum() for char in text)
    return wordless or _is_silence(transcript) or is_repetitive(text)


def is_repetitive(text: str) -> bool:
    data = text.encode()
    return len(data) / len(zlib.compress(data)) > MAX_COMPRESSION_RATIO or _loops(text.split())


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
