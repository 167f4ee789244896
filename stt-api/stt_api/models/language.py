"""Decide in which languages a batch is decoded, from audio that is encoded already."""

from collections.abc import Sequence
from dataclasses import replace

import ctranslate2

from ..session.decoding import DecodeRequest

LanguageProbabilities = Sequence[tuple[str, float]]  # as CTranslate2 gives them: ("<|en|>", 0.9), …


def with_languages(
    model: ctranslate2.models.Whisper,
    encoded: ctranslate2.StorageView,
    requests: Sequence[DecodeRequest],
) -> list[DecodeRequest]:
    """Return the requests with their languages, and with what to believe after hearing them.

    Detection is one step of the decoder for the whole batch, and left out where no request is open.
    """
    is_open = [request.options.known_language is None for request in requests]
    if not (model.is_multilingual and any(is_open)):
        return list(requests)
    detected = model.detect_language(encoded)
    return [
        judged(request, probabilities) if open_ else request
        for request, probabilities, open_ in zip(requests, detected, is_open, strict=True)
    ]


def judged(request: DecodeRequest, detected: LanguageProbabilities) -> DecodeRequest:
    """Choose among the languages that the request allows; what was heard before counts too."""
    options = request.options
    heard = {token.strip("<|>"): probability for token, probability in detected}
    allowed = {code: heard[code] for code in heard if code in (options.languages or heard)}
    belief = request.belief.after(allowed, request.evidence_s)
    return replace(request, options=replace(options, language=belief.likeliest), belief=belief)
