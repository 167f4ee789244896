"""A transcript as text, subtitles or data, in the shapes of whisper's own command. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..messages import Transcript, Word
from .cues import Layout, cues

Finals = Sequence[Transcript]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in a recording of ``duration_s``, and the room that subtitles have."""

    finals: Finals
    duration_s: float
    layout: Layout = field(default_factory=Layout)


def txt(spoken: Spoken) -> str:
    """Return a line for each final."""
    return "".join(f"{_line(final.text)}\n" for final in spoken.finals)


def srt(spoken: Spoken) -> str:
    shown = enumerate(cues(spoken.finals, spoken.layout), start=1)
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n"
        + "".join(f"{line.replace('-->', '->')}\n" for line in cue.lines)
        for number, cue in shown
    )


def vtt(spoken: Spoken) -> str:
    return "WEBVTT\n" + "".join(
        f"\n{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        + "".join(f"{_escaped(line)}\n" for line in cue.lines)
        for cue in cues(spoken.finals, spoken.layout)
    )


def tsv(spoken: Spoken) -> str:
    """Return start and end in ms, and the text."""
    rows = [f"{_ms(each.start)}\t{_ms(each.end)}\t{_line(each.text)}\n" for each in spoken.finals]
    return "".join(["start\tend\ttext\n", *rows])


def as_json(spoken: Spoken) -> str:
    languages = Counter(final.language for final in spoken.finals if final.language)
    data = {
        "text": " ".join(_line(final.text) for final in spoken.finals),
        "segments": [_segment(number, final) for number, final in enumerate(spoken.finals)],
        "language": max(languages, key=languages.__getitem__, default=None),
        "duration": round(spoken.duration_s, 3),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, Callable[[Spoken], str]] = {
    "txt": txt,
    "srt": srt,
    "vtt": vtt,
    "tsv": tsv,
    "json": as_json,
}


def _segment(number: int, final: Transcript) -> dict[str, Any]:
    return {
        "id": number,
        "start": final.start,
        "end": final.end,
        "text": final.text,
        "language": final.language or None,
        "confidence": final.confidence,
        "no_speech_prob": final.no_speech_prob,
        "words": [_word(word) for word in final.words or ()],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "word": word.word,
        "start": word.start,
        "end": word.end,
        "probability": word.confidence,
    }


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _clock(seconds: float, point: str) -> str:
    minutes, ms = divmod(_ms(seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"
