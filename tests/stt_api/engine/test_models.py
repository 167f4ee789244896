from pathlib import Path

import pytest

from stt_api.engine.models import EncoderContext, find_model
from stt_api.errors import ModelUnavailable


def test_pico_is_bundled_and_fits_its_context() -> None:
    source = find_model("pico")
    assert (source.name, source.encoder_context) == ("pico", EncoderContext.FIT)
    assert Path(source.location, "model.bin").is_file()


@pytest.mark.parametrize("name", ["small", "owner/model"])
def test_sizes_and_hub_ids_are_left_to_the_hub_at_full_context(name: str) -> None:
    source = find_model(name)
    assert (source.location, source.encoder_context) == (name, EncoderContext.FULL)


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    source = find_model(str(tmp_path))
    assert (source.location, source.encoder_context) == (str(tmp_path), EncoderContext.FULL)


def test_a_folder_without_a_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model\.bin.*ct2-transformers-converter"):
        find_model(str(tmp_path))


def test_a_path_that_is_not_there_is_not_looked_for_on_the_hub() -> None:
    with pytest.raises(ModelUnavailable, match="no model folder /nowhere"):
        find_model("/nowhere")


def test_a_model_declares_its_traits_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    (tmp_path / "stt.json").write_text('{"prompt_tokens": 40}')
    source = find_model(str(tmp_path))
    assert (source.encoder_context, source.prompt_tokens) == (EncoderContext.FULL, 40)
