"""Detection: what is asked of the model, and how the real pico does on the language clips."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from stt_api.models.language import judged, with_languages
from stt_api.models.sources import find_model
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.audio import SAMPLE_RATE, Samples
from stt_api.session.decoding import DecodeOptions, DecodeRequest
from stt_api.session.language import LanguageBelief
from stt_testing.recordings import Recording, recordings

DETECTED = [("<|zh|>", 0.5), ("<|en|>", 0.3), ("<|de|>", 0.2)]
CLIPS = recordings("lang-")
SPOKEN = tuple(clip.language for clip in CLIPS)
BEFORE, BEHIND = np.zeros(11_200, np.float32), np.zeros(3_200, np.float32)  # as a session has them


class Counting:
    """Detects Chinese in everything, and counts how often it is asked."""

    def __init__(self, is_multilingual: bool = True) -> None:
        self.is_multilingual = is_multilingual
        self.asked = 0

    def detect_language(self, encoded: int) -> list[list[tuple[str, float]]]:
        self.asked += 1
        return [DETECTED] * encoded


def asking(**options: object) -> DecodeRequest:
    return DecodeRequest(np.zeros(0, np.float32), DecodeOptions(**options), final=True)  # type: ignore[arg-type]


def decided(model: Counting, *requests: DecodeRequest) -> list[str | None]:
    heard = with_languages(model, len(requests), requests)
    return [request.options.known_language for request in heard]


def test_a_batch_is_asked_once_and_who_named_a_language_keeps_it() -> None:
    model = Counting()
    requests = (asking(), asking(language="fr"), asking(languages=("de", "en")))
    assert decided(model, *requests) == ["zh", "fr", "en"]
    assert model.asked == 1


@pytest.mark.parametrize(
    ("options", "language"),
    [
        ({"language": "de"}, "de"),
        ({"languages": ("de",)}, "de"),
        ({"language": "fr", "languages": ("de", "en")}, "fr"),
    ],
)
def test_where_there_is_no_choice_nothing_is_detected(
    options: dict[str, object], language: str
) -> None:
    model = Counting()
    assert decided(model, asking(**options)) == [language]
    assert model.asked == 0


def test_a_model_of_one_language_is_not_asked() -> None:
    model = Counting(is_multilingual=False)
    assert decided(model, asking(languages=("de", "en"))) == [None]
    assert model.asked == 0


def test_what_was_heard_before_counts_and_what_is_heard_is_remembered() -> None:
    german = LanguageBelief({"de": 1.0})
    first = judged(replace(asking(), belief=german, evidence_s=0.6), DETECTED)
    assert first.options.language == "de"
    clearer = [("<|zh|>", 0.9), ("<|de|>", 0.1)]
    for belief, language in [(german, "de"), (first.belief, "zh")]:
        assert judged(replace(asking(), belief=belief), clearer).options.language == language


@pytest.fixture(scope="module")
def pico() -> WhisperTranscriber:
    return WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))


def pieces(clip: Recording, seconds: float, noise: float) -> Iterator[Samples]:
    """Cut the speech of a clip at every quarter of a second, with a session's silence around it.

    ``noise`` is its amplitude beside that of the clip.
    """
    samples, [utterance] = clip.samples(), clip.utterances
    random, deviation = np.random.default_rng(0), noise * float(samples.std())
    latest = max(utterance.start + 0.01, utterance.end - seconds)
    for start in np.arange(utterance.start, latest, 0.25):
        first = int(start * SAMPLE_RATE)
        said = samples[first : first + int(seconds * SAMPLE_RATE)]
        piece = np.concatenate([BEFORE, said, BEHIND])
        yield piece + random.normal(0, deviation, len(piece)).astype(np.float32)


def languages_of(
    pico: WhisperTranscriber,
    clip: Recording,
    seconds: float,
    languages: tuple[str, ...] = (),
    belief: LanguageBelief = LanguageBelief(),  # noqa: B008 (frozen)
    noise: float = 0.0,
) -> list[str]:
    options = DecodeOptions(languages=languages)
    requests = [
        DecodeRequest(samples, options, final=True, belief=belief, evidence_s=seconds)
        for samples in pieces(clip, seconds, noise)
    ]
    transcripts = pico.transcribe(requests, pico.batch_key(requests[0]))
    return [transcript.language for transcript in transcripts]


@pytest.mark.parametrize("seconds", [1.0, 1.5, 2.0, 2.5, 3.0])
@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.language)
def test_a_piece_of_a_clip_goes_to_its_language_among_those_allowed(
    pico: WhisperTranscriber, clip: Recording, seconds: float
) -> None:
    assert set(languages_of(pico, clip, seconds, SPOKEN)) == {clip.language}
    assert set(languages_of(pico, clip, seconds, SPOKEN, noise=1.0)) == {clip.language}


def test_pieces_in_noise_go_to_other_languages_where_all_are_allowed(
    pico: WhisperTranscriber,
) -> None:
    heard = {clip.language: languages_of(pico, clip, 1.0, noise=1.0) for clip in CLIPS}
    assert any(set(languages) != {language} for language, languages in heard.items())


@pytest.mark.parametrize("seconds", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.language)
def test_no_piece_goes_to_a_language_that_is_not_allowed(
    pico: WhisperTranscriber, clip: Recording, seconds: float
) -> None:
    others = ("en", *(language for language in SPOKEN if language != clip.language))
    assert set(languages_of(pico, clip, seconds, others)) <= set(others)


def after_a_clip(pico: WhisperTranscriber, clip: Recording) -> LanguageBelief:
    request = DecodeRequest(clip.samples(), DecodeOptions(), final=True)
    return pico.transcribe_once(request).belief


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_short_pieces_keep_the_language_of_the_session(
    pico: WhisperTranscriber, noise: float
) -> None:
    alone, later = 0, 0
    for clip in CLIPS:
        heard = [
            languages_of(pico, clip, 0.4, (), belief, noise)
            for belief in (LanguageBelief(), after_a_clip(pico, clip))
        ]
        right = [languages.count(clip.language) for languages in heard]
        alone, later = alone + len(heard[0]) - right[0], later + len(heard[1]) - right[1]
    assert alone > 0 and later == 0


def test_pieces_of_a_second_change_the_language_at_once(pico: WhisperTranscriber) -> None:
    for before in CLIPS:
        belief = after_a_clip(pico, before)
        for clip in CLIPS:
            heard = languages_of(pico, clip, 1.0, belief=belief)
            assert set(heard) == {clip.language}
