from pathlib import Path

import pytest

from stt_api.errors import ModelUnavailable
from stt_api.models.sources import find_model
from stt_api.models.traits import ACFT, STOCK, EncoderContext, Traits


def test_pico_is_bundled_and_fits_its_context() -> None:
    source = find_model("pico")
    assert (source.name, source.traits.encoder_context) == ("pico", EncoderContext.FIT)
    assert Path(source.location, "model.bin").is_file()


@pytest.mark.parametrize("name", ["small", "owner/model"])
def test_sizes_and_hub_ids_are_left_to_the_hub_as_stock_weights(name: str) -> None:
    source = find_model(name)
    assert (source.location, source.traits) == (name, STOCK)


def test_weights_that_are_known_to_bear_short_contexts_get_them() -> None:
    assert find_model("futo-org/acft-whisper-small").traits == ACFT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What looks like a converted model."""
    for name in ("model.bin", "tokenizer.json"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_is_taken_as_it_is(folder: Path) -> None:
    source = find_model(str(folder))
    assert (source.location, source.traits) == (str(folder), STOCK)


def test_a_folder_without_a_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model\.bin.*stt-api convert"):
        find_model(str(tmp_path))


def test_a_folder_without_a_tokenizer_is_not_completed_from_the_hub(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    with pytest.raises(ModelUnavailable, match=r"no tokenizer\.json.*stt-api convert"):
        find_model(str(tmp_path))


def test_a_path_that_is_not_there_is_not_looked_for_on_the_hub() -> None:
    with pytest.raises(ModelUnavailable, match="no model folder /nowhere"):
        find_model("/nowhere")


def test_a_model_declares_its_traits_in_a_file_beside_it(folder: Path) -> None:
    (folder / "stt.json").write_text('{"prompt_tokens": 40, "licence": "MIT"}')
    source = find_model(str(folder))
    assert source.traits == Traits(prompt_tokens=40)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[]", "an object"),
        (b'{"encoder_context": "short"}', "encoder_context: .*'full', 'padded' or 'fit'"),
        (b'{"interim_context": 30}', "interim_context: .*'full', 'padded' or 'fit'"),
        (b'{"pad_s": -1}', "pad_s: .*greater than or equal to 0"),
        (b'{"max_utterance_s": 60}', "max_utterance_s: .*less than or equal to 28"),
        (b'{"keyterms": "some"}', "keyterms: .*boolean"),
        (b'{"prompt_tokens": "many"}', "prompt_tokens: .*integer"),
        (b'{"prompt_tokens": true}', "prompt_tokens: .*integer"),
        (b'{"prompt_tokens": -1}', "prompt_tokens: .*greater than or equal to 0"),
        (b'{"prompt_tokens": 400}', "prompt_tokens: .*less than or equal to 223"),
    ],
)
def test_bad_traits_are_named_with_their_file(folder: Path, content: bytes, problem: str) -> None:
    (folder / "stt.json").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=rf"stt\.json: .*{problem}"):
        find_model(str(folder))
