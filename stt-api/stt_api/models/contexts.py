"""How long the encoder's context is for a request, and when a model needs longer ones.

A tight context is the biggest saving there is, and the riskiest: weights that do not bear it loop,
or stop early. Finals that fail are decoded again at full context. Where that helps too often, the
model gets longer contexts from then on, rather than everything twice.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass, replace

from ..session.decoding import DecodeRequest
from .traits import EncoderContext, Traits

logger = logging.getLogger(__name__)

# Few lengths, so that batches form: the items of one batch have one. CTranslate2 takes an encoder
# output of as many positions as there are mel bands (1.6 or 2.56 s) for features: keep off these.
LENGTHS_S = (2, 3, 4, 5, 6, 7, 8, 10, 13, 16, 20, 30)
LONGEST_S = LENGTHS_S[-1]

RECENT = 200  # finals at a short context that are judged together
MOST_TOO_SHORT = 6  # of them, 3 %: more, and decoding twice costs more than it saves


@dataclass(frozen=True, slots=True)
class ContextRule:
    """Audio and ``pad_s`` of silence, ``min_s`` at least; past ``max_s`` all of LONGEST_S."""

    pad_s: float
    min_s: float
    max_s: float = LONGEST_S

    def length_s(self, audio_s: float) -> int:
        needed = max(self.min_s, audio_s + self.pad_s)
        if needed > self.max_s:
            return LONGEST_S
        return next(length for length in LENGTHS_S if length >= needed)


FULL = ContextRule(pad_s=0, min_s=LONGEST_S)
PADDED = ContextRule(pad_s=2.56, min_s=10, max_s=20)
"""sherpa-onnx settled on 10 s for multilingual weights; 2.56 s are where ACFT's tables begin."""


class Contexts:
    """The contexts of one model. Those of finals grow when they prove too short, if they may."""

    def __init__(
        self,
        traits: Traits,
        finals: EncoderContext,
        interims: EncoderContext,
        *,
        may_grow: bool = True,
    ) -> None:
        self.finals = finals
        self.may_grow = may_grow
        self.interims = min(interims, finals, key=list(EncoderContext)[::-1].index)
        fit = ContextRule(traits.pad_s, traits.min_s)
        self._rules = {
            EncoderContext.FULL: FULL,
            EncoderContext.PADDED: PADDED,
            EncoderContext.FIT: fit,
        }
        shortest_s = traits.min_s if traits.interim_min_s is None else traits.interim_min_s
        brief = replace(fit, min_s=shortest_s)
        self._interim_rule = (
            brief if self.interims is EncoderContext.FIT else self._rules[self.interims]
        )
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._lock = threading.Lock()

    def length_s(self, request: DecodeRequest) -> int:
        rule = self._rules[self.finals] if request.final else self._interim_rule
        return rule.length_s(request.seconds)

    def judge(self, request: DecodeRequest, context_s: int, *, too_short: bool) -> None:
        """Take note of one final; grow if too many at the contexts of now were too short.

        Called by the event loop and by the workers.
        """
        with self._lock:
            if not self.may_grow or context_s == LONGEST_S or context_s != self.length_s(request):
                return
            self._recent.append(too_short)
            if sum(self._recent) > MOST_TOO_SHORT:
                self._grow()

    def _grow(self) -> None:
        failed, judged = sum(self._recent), len(self._recent)
        before, self.finals = self.finals, self._longer()
        self._recent.clear()
        fields = {"before": str(before), "now": str(self.finals)}
        logger.warning("context grown", extra={**fields, "too_short": failed, "finals": judged})

    def _longer(self) -> EncoderContext:
        """Return the next longer one; some models fit only with more silence than ``padded``."""
        now, padded = self._rules[self.finals], self._rules[EncoderContext.PADDED]
        is_longer = now.pad_s < padded.pad_s and now.min_s <= padded.min_s
        return EncoderContext.PADDED if is_longer else EncoderContext.FULL
