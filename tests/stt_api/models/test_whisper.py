"""The real pico through the real CTranslate2."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import psutil
import pytest

from stt_api.errors import ModelUnavailable
from stt_api.models.batch_key import BatchKey
from stt_api.models.sources import ModelSource, find_model
from stt_api.models.traits import STOCK, EncoderContext
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Task, Transcript
from stt_api.word_errors import word_errors
from stt_testing.recordings import Recording, recordings

ENGLISH = DecodeOptions(language="en")
SHORT = [recording for recording in recordings("short") if recording.name < "short06"]


@pytest.fixture(scope="module")
def pico() -> WhisperTranscriber:
    return WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))


def request(
    recording: Recording, options: DecodeOptions = ENGLISH, prefix: str = ""
) -> DecodeRequest:
    return DecodeRequest(recording.samples(), options, final=True, prefix=prefix)


def by_key(
    pico: WhisperTranscriber, requests: list[DecodeRequest]
) -> dict[BatchKey, list[DecodeRequest]]:
    groups: dict[BatchKey, list[DecodeRequest]] = {}
    for each in requests:
        groups.setdefault(pico.batch_key(each), []).append(each)
    return groups


def one(pico: WhisperTranscriber, request: DecodeRequest) -> Transcript:
    return pico.transcribe_once(request)


def batched(pico: WhisperTranscriber, batch: Sequence[DecodeRequest]) -> list[Transcript]:
    return pico.transcribe(batch, pico.batch_key(batch[0]))


def test_a_batch_gives_what_each_request_gives_alone(pico: WhisperTranscriber) -> None:
    options = replace(ENGLISH, words=True)
    for batch in by_key(pico, [request(recording, options) for recording in SHORT]).values():
        for together, each in zip(batched(pico, batch), batch, strict=True):
            alone = one(pico, each)
            assert (together.text, together.avg_logprob) == (alone.text, alone.avg_logprob)
            assert together.words == alone.words


def test_sentences_are_understood(pico: WhisperTranscriber) -> None:
    errors = [word_errors(each.text, one(pico, request(each)).text) for each in SHORT]
    assert sum(errors) == 0


def test_languages_are_detected_in_one_mixed_batch(pico: WhisperTranscriber) -> None:
    clips = [*recordings("lang-"), SHORT[2]]
    beginnings = [clip.samples()[:56_000] for clip in clips]  # of one length: of one key
    requests = [DecodeRequest(samples, DecodeOptions(), final=True) for samples in beginnings]
    assert len(by_key(pico, requests)) == 1
    detected = [transcript.language for transcript in batched(pico, requests)]
    assert detected == [clip.language for clip in clips]


def test_only_who_asks_gets_word_times(pico: WhisperTranscriber) -> None:
    timed = request(SHORT[2], replace(ENGLISH, words=True))
    plain, silence = request(SHORT[2]), DecodeRequest(np.zeros(60_000, np.float32), ENGLISH, True)
    first, second, _ = batched(pico, [timed, plain, silence])
    assert first.text == second.text
    starts = [word.start for word in first.words]
    assert starts == sorted(starts) and starts[-1] > 2.0
    assert all(0 < word.confidence <= 1 for word in first.words)
    assert {word.start for word in second.words} == {0.0}


@pytest.mark.parametrize("samples", [0, 100, 16_000, 480_000, 500_000])
@pytest.mark.parametrize("words", [True, False])
def test_silence_of_any_length_does_not_crash(
    pico: WhisperTranscriber, samples: int, words: bool
) -> None:
    options = DecodeOptions(words=words)
    silence = DecodeRequest(np.zeros(samples, np.float32), options, final=True)
    assert one(pico, silence).no_speech_prob > 0.5


def test_stable_words_are_forced(pico: WhisperTranscriber) -> None:
    transcript = one(pico, request(SHORT[2], prefix=" The train to Paris"))
    assert transcript.text == "The train to Paris leaves at six forty five p m."


def test_models_that_were_trained_at_30_s_get_30_s() -> None:
    config = WhisperConfig(device="cpu", encoder_context=EncoderContext.FULL)
    full = WhisperTranscriber(find_model("pico"), config)
    assert full.batch_key(request(SHORT[0])).context_s == 30
    assert one(full, request(SHORT[0])).text == SHORT[0].text


def test_prompts_of_about_one_length_share_a_batch(pico: WhisperTranscriber) -> None:
    prompts = ["word " * count for count in range(16, 24)]
    keys = {pico.batch_key(request(SHORT[0], replace(ENGLISH, prompt=text))) for text in prompts}
    assert len(keys) == 1


def test_a_prompt_takes_no_more_than_half_of_the_decoder() -> None:
    stock = replace(find_model("pico"), traits=STOCK)
    options = replace(ENGLISH, prompt="long ago " * 400, keyterms=("Mumbai", "Oslo"))
    key = WhisperTranscriber(stock, WhisperConfig(device="cpu")).batch_key(
        request(SHORT[2], options)
    )
    assert 200 < key.prompt_tokens <= 224


def test_a_special_token_in_a_prompt_breaks_no_batch(pico: WhisperTranscriber) -> None:
    hostile = replace(ENGLISH, prompt="<|startoftranscript|> and more of it")
    twin = replace(ENGLISH, prompt="I said so and more of it")
    tokens = [pico.batch_key(request(SHORT[0], each)).prompt_tokens for each in (hostile, twin)]
    innocent = replace(ENGLISH, prompt="word " * (tokens[0] - 1))
    batch = [request(SHORT[0], hostile), request(SHORT[0], innocent)]
    assert len(by_key(pico, batch)) == 1
    assert [word_errors(SHORT[0].text, t.text) for t in batched(pico, batch)] == [0, 0]


@pytest.mark.parametrize("term", ["five", "Mumbai", "a", "<|endoftext|>"])
def test_keyterms_cost_no_words(pico: WhisperTranscriber, term: str) -> None:
    for recording in recordings("human-digits"):
        given = request(recording, replace(ENGLISH, keyterms=(term,)))
        assert word_errors(recording.text, one(pico, given).text) == 0


@pytest.mark.parametrize("times", [1, 10])
def test_a_previous_text_of_any_length_does_not_break_the_next_request(
    pico: WhisperTranscriber, times: int
) -> None:
    options = replace(ENGLISH, prompt="I would like to travel next week, please. " * times)
    assert word_errors(SHORT[1].text, one(pico, request(SHORT[1], options)).text) <= 1


def test_translation_and_beams_run(pico: WhisperTranscriber) -> None:
    [spanish] = recordings("lang-es")
    options = DecodeOptions(language="es", task=Task.TRANSLATE)
    assert one(pico, request(spanish, options)).language == "es"
    beams = WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu", beam_size=5))
    assert one(beams, request(SHORT[0])).text == SHORT[0].text
    interim = replace(request(SHORT[0]), final=False)
    assert [beams.batch_key(each).beam_size for each in (request(SHORT[0]), interim)] == [5, 1]


def test_confidence_tells_clear_speech_from_foreign(pico: WhisperTranscriber) -> None:
    clear = one(pico, request(SHORT[0]))
    foreign = one(pico, request(recordings("lang-fr")[0]))
    assert 0 < foreign.confidence < 0.6 < clear.confidence <= 1
    assert math.isclose(clear.confidence, math.exp(clear.avg_logprob))


@pytest.mark.parametrize("name", ["no-such-size", "nobody/no-such-model"])
def test_a_model_that_cannot_be_had_says_what_was_tried(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    source = ModelSource(name, name)
    with pytest.raises(ModelUnavailable, match=f"cannot load the model {name} from {name}"):
        WhisperTranscriber(source, WhisperConfig(device="cpu"))


def test_warming_up_costs_each_worker_one_decode_of_the_longest_audio() -> None:
    heard: list[int] = []

    class Counting(WhisperTranscriber):
        def transcribe(self, requests: Sequence[DecodeRequest], key: BatchKey) -> list[Transcript]:
            heard.extend(len(request.samples) for request in requests)
            return super().transcribe(requests, key)

    Counting(find_model("pico"), WhisperConfig(device="cpu", workers=3)).warm_up()
    assert heard == 3 * [30 * 16_000]


def test_more_workers_than_cores_have_a_thread_each_and_answer() -> None:
    """A share of no thread at all would be CTranslate2's default: several for each worker."""
    process = psutil.Process()
    before = process.num_threads()
    crowd = WhisperTranscriber(
        find_model("pico"), WhisperConfig(device="cpu", cpu_threads=2, workers=16)
    )
    crowd.warm_up()
    assert 16 <= process.num_threads() - before < 32
    assert word_errors(SHORT[0].text, one(crowd, request(SHORT[0])).text) == 0


def test_a_model_that_does_not_run_says_so_before_the_first_client() -> None:
    class Broken(WhisperTranscriber):
        def transcribe(self, requests: Sequence[DecodeRequest], key: BatchKey) -> list[Transcript]:
            raise RuntimeError("Library libcublas.so.12 is not found")

    broken = Broken(find_model("pico"), WhisperConfig(device="cpu"))
    with pytest.raises(ModelUnavailable, match=r"pico does not run on cpu: Library libcublas"):
        broken.warm_up()


def test_a_language_without_a_token_is_not_one_that_the_model_knows(
    pico: WhisperTranscriber,
) -> None:
    assert len(pico.languages) == 99
    assert "yue" not in pico.languages


def test_on_a_cpu_a_batch_holds_no_more_audio_than_one_full_context(
    pico: WhisperTranscriber,
) -> None:
    full = pico.using(EncoderContext.FULL, beam_size=1)
    padded = pico.using(EncoderContext.PADDED, beam_size=1)
    most = [each.most_together(each.batch_key(request(SHORT[0]))) for each in (pico, padded, full)]
    assert most == [4, 3, 1]
