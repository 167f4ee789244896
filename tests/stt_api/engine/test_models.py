from pathlib import Path

import pytest

from stt_api.engine.models import LONGEST_PROMPT, EncoderContext, find_model
from stt_api.errors import ModelUnavailable


def test_pico_is_bundled_and_fits_its_context() -> None:
    source = find_model("pico")
    assert (source.name, source.encoder_context) == ("pico", EncoderContext.FIT)
    assert Path(source.location, "model.bin").is_file()


@pytest.mark.parametrize("name", ["small", "owner/model"])
def test_sizes_and_hub_ids_are_left_to_the_hub_at_full_context(name: str) -> None:
    source = find_model(name)
    assert (source.location, source.encoder_context) == (name, EncoderContext.FULL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What looks like a converted model."""
    for name in ("model.bin", "tokenizer.json"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_is_taken_as_it_is(folder: Path) -> None:
    source = find_model(str(folder))
    assert (source.location, source.encoder_context) == (str(folder), EncoderContext.FULL)


def test_a_folder_without_a_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model\.bin.*ct2-transformers-converter"):
        find_model(str(tmp_path))


def test_a_folder_without_a_tokenizer_is_not_completed_from_the_hub(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    with pytest.raises(ModelUnavailable, match=r"no tokenizer\.json.*--copy_files tokenizer\.json"):
        find_model(str(tmp_path))


def test_a_path_that_is_not_there_is_not_looked_for_on_the_hub() -> None:
    with pytest.raises(ModelUnavailable, match="no model folder /nowhere"):
        find_model("/nowhere")


def test_a_model_declares_its_traits_in_a_file_beside_it(folder: Path) -> None:
    (folder / "stt.json").write_text('{"prompt_tokens": 40, "licence": "MIT"}')
    source = find_model(str(folder))
    assert (source.encoder_context, source.prompt_tokens) == (EncoderContext.FULL, 40)


def test_a_prompt_is_never_longer_than_whispers(folder: Path) -> None:
    (folder / "stt.json").write_text('{"prompt_tokens": 400}')
    assert find_model(str(folder)).prompt_tokens == LONGEST_PROMPT


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[]", "an object"),
        (b'{"encoder_context": "short"}', "encoder_context: .*'full' or 'fit'"),
        (b'{"encoder_context": 30}', "encoder_context: .*'full' or 'fit'"),
        (b'{"prompt_tokens": "many"}', "prompt_tokens: .*integer"),
        (b'{"prompt_tokens": true}', "prompt_tokens: .*integer"),
        (b'{"prompt_tokens": -1}', "prompt_tokens: .*greater than or equal to 0"),
    ],
)
def test_bad_traits_are_named_with_their_file(folder: Path, content: bytes, problem: str) -> None:
    (folder / "stt.json").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=rf"stt\.json: .*{problem}"):
        find_model(str(folder))
