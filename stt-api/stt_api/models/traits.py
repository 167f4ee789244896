"""What this server has to know of a model's weights, and what is known of those people have.

Whisper was trained on audio padded to 30 s, and its encoder is the biggest cost of a short
utterance. Stock weights with a tight context loop: published word error rates go from 4.7 to 226 %
(tiny.en) and from 2.8 to 80 % (small.en), both on LibriSpeech, clean. Weights that were tuned for
it (ACFT, github.com/futo-org/whisper-acft) lose 0.2 points at a third of the work.
"""

import enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class EncoderContext(enum.StrEnum):
    """How much audio the encoder is given."""

    FULL = "full"
    """30 s always."""
    PADDED = "padded"
    """The audio with so much silence behind it that stock weights mostly stop."""
    FIT = "fit"
    """The audio with ``pad_s`` of silence, for weights that were trained for it."""


LONGEST_PROMPT = 223  # tokens; half of what Whisper's decoder can hold, as it was trained
LONGEST_UTTERANCE_S = 28.0

Seconds = Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)]


class Traits(BaseModel):
    """What stt.json, beside the weights, may declare. Other names in it are for people."""

    model_config = ConfigDict(frozen=True)

    encoder_context: EncoderContext = EncoderContext.FULL
    """Of finals."""
    interim_context: EncoderContext | None = None
    """None: as finals where these are shorter than ``padded``, else ``padded``."""
    pad_s: Seconds = 1.28
    """Silence that ``fit`` needs behind the audio. ACFT's authors advise 64 positions, 1.28 s."""
    min_s: Seconds = 3.2
    """The shortest ``fit``. ACFT has seen no clip below 3.2 s in training."""
    interim_min_s: Seconds | None = None
    """The shortest of interims, whose first words are of a second of audio. None: ``min_s``."""
    prompt_tokens: Annotated[int, Field(ge=0, le=LONGEST_PROMPT, strict=True)] = LONGEST_PROMPT
    """The longest previous text that it was trained with; keyterms count."""
    keyterms: bool = True
    """Whether it makes use of keyterms in the prompt."""
    max_utterance_s: Annotated[float, Field(ge=5, le=LONGEST_UTTERANCE_S)] = LONGEST_UTTERANCE_S
    """The longest utterance without a pause that it hears well."""

    @property
    def interims(self) -> EncoderContext:
        if self.interim_context:
            return self.interim_context
        full = self.encoder_context is EncoderContext.FULL
        return EncoderContext.PADDED if full else self.encoder_context


STOCK = Traits()
ACFT = Traits(encoder_context=EncoderContext.FIT)
ACFT_LARGE = Traits(encoder_context=EncoderContext.FIT, pad_s=2.56)  # as it was measured

KNOWN = {
    **{
        f"futo-org/acft-whisper-{size}": ACFT
        for size in ("tiny", "tiny.en", "base", "base.en", "small", "small.en")
    },
    "MahmoudAshraf/acft-whisper-large-v3": ACFT_LARGE,
    "MahmoudAshraf/acft-whisper-large-v3-turbo": ACFT_LARGE,
}
"""By hub id; whatever is not here is taken for stock weights."""
