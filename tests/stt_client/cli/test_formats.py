"""The files that stt transcribe writes, character by character."""

from __future__ import annotations

import json

from custom_stt_client.cli.formats import FORMATS, Spoken
from custom_stt_client.messages import Transcript, Word


def final(text: str, start: float, end: float) -> Transcript:
    return Transcript(
        utterance=0,
        text=text,
        is_final=True,
        start=start,
        end=end,
        language="en",
        confidence=0.9,
        words=(Word(text, start, end, 0.8),),
        no_speech_prob=0.1,
        audio_processed=None,
    )


SPOKEN = Spoken([final("Hello wörld.", 0.5, 1.5), final("a < b --> c & d", 3661.0, 3662.25)], 3670)


def test_txt_has_a_line_for_each_final() -> None:
    assert FORMATS["txt"](SPOKEN) == "Hello wörld.\na < b --> c & d\n"


def test_srt_counts_its_cues_and_none_holds_an_arrow() -> None:
    assert FORMATS["srt"](SPOKEN) == (
        "1\n00:00:00,500 --> 00:00:01,500\nHello wörld.\n\n"
        "2\n01:01:01,000 --> 01:01:02,250\na < b -> c & d\n"
    )


def test_vtt_escapes_what_would_be_markup() -> None:
    assert FORMATS["vtt"](SPOKEN) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nHello wörld.\n\n"
        "01:01:01.000 --> 01:01:02.250\na &lt; b --&gt; c &amp; d\n"
    )


def test_tsv_tells_times_in_ms() -> None:
    assert FORMATS["tsv"](SPOKEN) == (
        "start\tend\ttext\n500\t1500\tHello wörld.\n3661000\t3662250\ta < b --> c & d\n"
    )


def test_json_has_the_shape_of_whispers_own_and_numbers_for_times() -> None:
    text = FORMATS["json"](SPOKEN)
    data = json.loads(text)
    assert "wörld" in text
    assert (data["text"], data["language"]) == ("Hello wörld. a < b --> c & d", "en")
    assert data["duration"] == 3670
    assert data["segments"][1]["id"] == 1
    assert data["segments"][0]["words"] == [
        {"word": "Hello wörld.", "start": 0.5, "end": 1.5, "probability": 0.8}
    ]


def test_silence_gives_files_that_are_valid_and_empty() -> None:
    written = {name: write(Spoken([], 1.0)) for name, write in FORMATS.items()}
    assert (written["txt"], written["srt"], written["vtt"]) == ("", "", "WEBVTT\n")
    assert written["tsv"] == "start\tend\ttext\n"
    assert json.loads(written["json"]) == {
        "text": "",
        "segments": [],
        "language": None,
        "duration": 1.0,
    }
