"""What the requests of one model call have in common, and what follows from it for the call."""

from dataclasses import dataclass, replace

from .contexts import LONGEST_S

MAX_LENGTH = 448  # tokens that Whisper's decoder can hold, prompt included
TASK_TOKENS = 4  # <|startoftranscript|>, language, task, <|notimestamps|>


@dataclass(frozen=True, slots=True)
class BatchKey:
    """``repetition_penalty`` divides the probability of tokens that were written before.

    A ``temperature`` above 0 draws tokens by chance, and keeps the best of a few attempts.
    """

    context_s: int
    prompt_tokens: int  # <|startoftranscript|> has to stand at one position
    beam_size: int
    keyterms: bool = False  # the decode is compared with one without them
    repetition_penalty: float = 1.0
    temperature: float = 0.0

    @property
    def is_full(self) -> bool:
        return self.context_s == LONGEST_S

    @property
    def is_plain(self) -> bool:
        """Full context and no text before it: as little can lead the model astray as possible."""
        return self.is_full and not self.prompt_tokens

    @property
    def without_text(self) -> "BatchKey":
        """The same decode with nothing said before."""
        return replace(self, prompt_tokens=0, keyterms=False)

    @property
    def max_length(self) -> int:
        """CTranslate2's ``max_length``, which counts the prompt and halves what is left."""
        new = 16 + 8 * self.context_s  # tokens: nobody says more in the time
        return min(MAX_LENGTH, max(2 * new, self.prompt_tokens + TASK_TOKENS + new))

    @property
    def most_tokens(self) -> int:
        """The longest text there can be; one of that length has been cut off."""
        return min(self.max_length // 2, self.max_length - self.prompt_tokens - TASK_TOKENS)
