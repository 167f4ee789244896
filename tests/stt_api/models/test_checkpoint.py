"""What a checkpoint lacks, on pico's; no test reads weights."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from stt_api.models.checkpoint import CannotConvert, Completed, complete

PICO = Path(__file__).parents[3] / "stt-model-pico/checkpoint"
PICOS_TOKENIZER = PICO / "tokenizer.json"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """As FUTO's are on the hub: no tokenizer and no preprocessor. Its weights are a name."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    shutil.copy(PICO / "config.json", folder)
    (folder / "model.safetensors").touch()
    return folder


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    folder = tmp_path / "whole"
    folder.mkdir()
    return folder


def completed(checkpoint: Path, whole: Path, tokenizer: str | None = None) -> Completed:
    return complete(checkpoint, whole, tokenizer, fetch=no_hub)


def no_hub(hub_id: str) -> Path:
    raise CannotConvert(f"{hub_id} cannot be had")


def read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(file.read_text())
    return data


def change(file: Path, **fields: object) -> None:
    file.write_text(json.dumps({**(read(file) if file.is_file() else {}), **fields}))


def test_picos_checkpoint_lacks_its_preprocessor_only(whole: Path) -> None:
    said = completed(PICO, whole)
    assert said == Completed(("preprocessor_config.json for 80 mel bands",), aligned=True)
    assert (whole / "model.safetensors").samefile(PICO / "model.safetensors")
    assert (whole / "tokenizer.json").samefile(PICOS_TOKENIZER)
    assert read(whole / "preprocessor_config.json")["feature_size"] == 80


@pytest.mark.parametrize(
    ("vocabulary", "owner"),
    [(51865, "openai/whisper-tiny"), (51866, "openai/whisper-large-v3")],
)
def test_a_missing_tokenizer_is_that_of_the_vocabulary(
    checkpoint: Path, whole: Path, vocabulary: int, owner: str
) -> None:
    change(checkpoint / "config.json", vocab_size=vocabulary)
    hub = {owner: PICOS_TOKENIZER}
    said = complete(checkpoint, whole, None, fetch=hub.__getitem__)
    assert said.added[0] == f"tokenizer.json of {owner}"
    assert (whole / "tokenizer.json").samefile(PICOS_TOKENIZER)


def test_a_given_tokenizer_goes_before_the_checkpoints_own(checkpoint: Path, whole: Path) -> None:
    (checkpoint / "tokenizer.json").write_text("spoilt")
    said = completed(checkpoint, whole, tokenizer=str(PICO))
    assert said.added[0] == f"tokenizer.json of {PICO}"


def test_without_a_network_the_message_says_where_a_tokenizer_may_be_put(
    checkpoint: Path, whole: Path
) -> None:
    with pytest.raises(
        CannotConvert,
        match=rf"openai/whisper-tiny cannot be had; put tokenizer.json into {checkpoint}, or give "
        "--tokenizer a folder or hub id",
    ):
        completed(checkpoint, whole)


def test_the_languages_are_named_for_detection(checkpoint: Path, whole: Path) -> None:
    completed(checkpoint, whole, tokenizer=str(PICO))
    languages = read(whole / "generation_config.json")["lang_to_id"]
    assert (len(languages), languages["<|en|>"], languages["<|su|>"]) == (99, 50259, 50357)


def test_a_generation_config_that_transformers_derived_keeps_what_was_added(
    checkpoint: Path, whole: Path
) -> None:
    """With this mark transformers would not read the languages."""
    change(checkpoint / "generation_config.json", _from_model_config=True, suppress_tokens=[7])
    completed(checkpoint, whole, tokenizer=str(PICO))
    generation = read(whole / "generation_config.json")
    assert generation["suppress_tokens"] == [7] and "lang_to_id" in generation
    assert "_from_model_config" not in generation


def test_a_checkpoint_without_a_generation_config_suppresses_what_its_config_says(
    checkpoint: Path, whole: Path
) -> None:
    said = completed(checkpoint, whole, tokenizer=str(PICO))
    assert not said.aligned
    assert read(whole / "generation_config.json")["begin_suppress_tokens"] == [220, 50257]


def without_config(checkpoint: Path) -> None:
    (checkpoint / "config.json").unlink()


def of_another_kind(checkpoint: Path) -> None:
    change(checkpoint / "config.json", model_type="bart")


def without_weights(checkpoint: Path) -> None:
    (checkpoint / "model.safetensors").unlink()


def with_a_spoilt_tokenizer(checkpoint: Path) -> None:
    (checkpoint / "tokenizer.json").write_text("{")


def with_the_tokenizer_of_a_smaller_vocabulary(checkpoint: Path) -> None:
    shutil.copy(PICOS_TOKENIZER, checkpoint)
    change(checkpoint / "config.json", vocab_size=51864)


def with_the_tokenizer_of_another_language(checkpoint: Path) -> None:
    shutil.copy(PICOS_TOKENIZER, checkpoint)
    change(checkpoint / "config.json", eos_token_id=50256)


def with_a_vocabulary_that_nobody_has(checkpoint: Path) -> None:
    change(checkpoint / "config.json", vocab_size=60_000)


def with_a_spoilt_generation_config(checkpoint: Path) -> None:
    shutil.copy(PICOS_TOKENIZER, checkpoint)
    (checkpoint / "generation_config.json").write_text("[]")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (without_config, r"config\.json: cannot be read \(No such file or directory\)"),
        (of_another_kind, r"config\.json: model_type: .*a Whisper checkpoint of transformers"),
        (without_weights, r"holds no weights; expected: model\*\.safetensors"),
        (with_a_spoilt_tokenizer, r"tokenizer\.json: no tokenizer can be read from it"),
        (with_the_tokenizer_of_a_smaller_vocabulary, "of another model. It has 51865 tokens"),
        (with_the_tokenizer_of_another_language, "the end of text is 50257; .* and 50256"),
        (with_a_vocabulary_that_nobody_has, "no tokenizer is known for 60000 tokens; put"),
        (with_a_spoilt_generation_config, r"generation_config\.json: is no JSON object"),
    ],
)
def test_a_broken_checkpoint_is_refused_by_its_file(
    checkpoint: Path, whole: Path, spoil: Any, says: str
) -> None:
    spoil(checkpoint)
    with pytest.raises(CannotConvert, match=says):
        completed(checkpoint, whole)


def test_a_tokenizers_folder_that_holds_none_is_named(checkpoint: Path, whole: Path) -> None:
    with pytest.raises(CannotConvert, match=f"{whole} holds no tokenizer.json; put"):
        completed(checkpoint, whole, tokenizer=str(whole))
