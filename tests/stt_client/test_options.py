"""What may be set, and how a wrong setting is refused."""

from __future__ import annotations

from typing import Any

import pytest
from custom_stt_client.options import StreamOptions, apply_changes, take_back


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("language", "", "'auto' or 'multi' to detect it, a tag such as 'en-US'"),
        ("language", "klingon", "'auto' or 'multi' to detect it, .* en, es"),
        ("language", 5, "'auto' or 'multi' to detect it"),
        ("languages", "en", "a list of tags"),
        ("languages", ["en", "klingon"], "a list of tags such as 'en-US'.* en, es"),
        ("languages", ["auto"], "a list of tags"),
        ("languages", [5], "a list of tags"),
        ("task", "summarize", "'transcribe' or 'translate'"),
        ("task", None, "'transcribe' or 'translate'"),
        ("prompt", "x" * 4001, "at most 4000"),
        ("prompt", 5, "text of at most 4000"),
        ("prompt", b"a call", "text of at most 4000"),
        ("prompt", "half of a pair: \ud83d", "Unicode text"),
        ("keyterms", "LiveKit", "a list of at most 100 strings"),
        ("keyterms", None, "a list of at most 100 strings"),
        ("keyterms", [5], "a list of at most 100 strings"),
        ("keyterms", [""], "1 to 100 characters"),
        ("keyterms", ["x"] * 101, "at most 100"),
        ("keyterms", ["\udc00"], "Unicode text"),
        ("interim_results", None, "True or False"),
        ("words", "yes", "True or False"),
        ("vad", "banana", "True or False"),
        ("windowing", "tumbling", "'utterance' or 'overlap'"),
        ("endpointing_ms", 50, "between 100 and 5000, or None"),
        ("endpointing_ms", 0.5, "between 100 and 5000, or None"),
        ("windowing", ["overlap"], "'utterance' or 'overlap'"),
        ("sample_rate", True, "between 8000 and 48000"),
        ("sample_rate", 4000, "between 8000 and 48000"),
        ("sample_rate", "16000", "between 8000 and 48000"),
    ],
)
def test_a_wrong_value_is_refused_with_the_field_and_what_is_allowed(
    field: str, value: Any, allowed: str
) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be .*{allowed}"):
        StreamOptions(**{field: value})


def test_a_list_of_keyterms_cannot_be_changed_from_outside() -> None:
    keyterms = ["LiveKit"]
    options = StreamOptions(keyterms=keyterms)
    keyterms.append("Whisper")
    assert options.keyterms == ("LiveKit",)


def test_changes_leave_the_rest_as_it_was() -> None:
    changed = apply_changes(StreamOptions(prompt="a call"), {"language": "de"})
    assert changed == StreamOptions(language="de", prompt="a call")


@pytest.mark.parametrize(
    ("name", "why"), [("sample_rate", "fixed for the life of a stream"), ("lang", "unknown")]
)
def test_what_cannot_change_in_a_stream_is_named(name: str, why: str) -> None:
    with pytest.raises(
        ValueError, match=f"^{name}: {why}; may change: language, languages, prompt"
    ):
        apply_changes(StreamOptions(), {name: 8000, "language": "de"})


def test_a_change_is_taken_back_but_not_what_was_set_since() -> None:
    in_force = StreamOptions(language="de", prompt="a call")
    refused = StreamOptions(language="yue", prompt="about trains")
    since = StreamOptions(language="yue", prompt="about buses", endpointing_ms=300)
    assert take_back(since, refused, in_force) == StreamOptions(
        language="de", prompt="about buses", endpointing_ms=300
    )


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("endpointing_ms", "a number"),
        ("language", "a language or 'auto'"),
        ("languages", r"a list, \(\) for any language"),
    ],
)
def test_a_running_stream_cannot_go_back_to_the_servers_default(name: str, allowed: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be {allowed}: a running stream"):
        apply_changes(StreamOptions(), {name: None})
