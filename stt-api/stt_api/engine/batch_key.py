"""What the requests of one model call have in common, and what follows from it for the call."""

from dataclasses import dataclass

BUCKETS_S = (3, 6, 10, 16, 30)  # encoder contexts: items of one batch have one length
LONGEST_S = BUCKETS_S[-1]
PADDING_S = 0.5  # silence that a right-sized context needs behind the speech
MAX_LENGTH = 448  # tokens that Whisper's decoder can hold, prompt included
TASK_TOKENS = 4  # <|startoftranscript|>, language, task, <|notimestamps|>


@dataclass(frozen=True, slots=True)
class BatchKey:
    """``repetition_penalty`` divides the probability of tokens that were written before."""

    context_s: int
    prompt_tokens: int  # <|startoftranscript|> has to stand at one position
    beam_size: int
    keyterms: bool = False  # the decode is compared with one without them
    repetition_penalty: float = 1.0

    @property
    def max_length(self) -> int:
        """CTranslate2's ``max_length``, which counts the prompt and halves what is left."""
        new = 16 + 8 * self.context_s  # tokens: nobody says more in the time
        return min(MAX_LENGTH, max(2 * new, self.prompt_tokens + TASK_TOKENS + new))


def fitting_context_s(seconds: float) -> int:
    """Return the shortest context that holds so much audio and PADDING_S."""
    return next((bucket for bucket in BUCKETS_S if seconds + PADDING_S <= bucket), LONGEST_S)
