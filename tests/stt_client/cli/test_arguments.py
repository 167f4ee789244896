"""What is typed, and what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from custom_stt_client.cli.arguments import parse_arguments, server_address


def test_whispers_own_spelling_is_taken_as_well() -> None:
    hyphens = parse_arguments(["transcribe", "a.wav", "--output-dir", "o", "--output-format=srt"])
    own = parse_arguments(["transcribe", "a.wav", "--output_dir", "o", "--output_format", "srt"])
    for arguments in (hyphens, own):
        assert (arguments.output_dir, arguments.output_format) == (Path("o"), ["srt"])


def test_several_formats_or_all_of_them_may_be_asked_for() -> None:
    several = parse_arguments(["transcribe", "a.wav", "-f", "vtt,json"])
    every = parse_arguments(["transcribe", "a.wav", "-f", "all"])
    assert several.output_format == ["vtt", "json"]
    assert every.output_format == ["txt", "srt", "vtt", "tsv", "json"]


def test_options_of_the_stream_are_given_as_words() -> None:
    words = "live a.wav --language German --prompt P --keyterms Oslo,Bergen --endpointing-ms 300"
    options = parse_arguments([*words.split(), "--languages", "de, en"]).options
    assert (options.language, options.prompt, options.endpointing_ms) == ("German", "P", 300)
    assert (options.keyterms, options.languages) == (("Oslo", "Bergen"), ("de", "en"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["transcribe"], "FILE"),
        (["transcribe", "a.wav", "-f", "doc"], "--output_format: 'doc': allowed are txt, srt"),
        (["transcribe", "a.wav", "--jobs", "0"], "--jobs: '0': a number from 1 on is expected"),
        (["transcribe", "a.wav", "--language", "klingon"], "language must be 'auto'"),
        (["transcribe", "a.wav", "--url", "nowhere"], "api_url must be an http://"),
        (["transcribe", "a.wav", "--overwrite", "--skip-existing"], "not allowed with"),
        (["live"], "one of the arguments"),
        (["live", "a.wav", "--microphone"], "not allowed with"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    given: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(given)
    assert ended.value.code == 2 and says in capsys.readouterr().err


def test_the_address_that_is_shown_has_no_query() -> None:
    arguments = parse_arguments(["live", "a.wav", "--url", "http://host:1/?token=secret"])
    assert server_address(arguments) == "http://host:1/"
