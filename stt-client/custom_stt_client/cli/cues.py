"""Finals to subtitles that can be read: how long each is shown, and where its lines break. Pure.

The figures are those that broadcasters give their subtitlers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..messages import Transcript, Word

PAUSE_S = 0.6  # after which another cue begins
MIN_CUE_S = 5 / 6
MAX_CUE_S = 7.0
GAP_S = 0.083  # two frames of a film between cues, or one seems to change rather than to follow
READING_SPEED = 20  # characters a second
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
CLAUSE_ENDS = (*SENTENCE_ENDS, ",", ";", ":", "、", "，")


@dataclass(frozen=True, slots=True)
class Layout:
    """The room on the screen, in columns; a character of East Asia takes two."""

    line_width: int = 42
    lines: int = 2


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines that are shown from ``start`` to ``end``, in s; no two cues overlap."""

    start: float
    end: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as it stands in the text, with the space before it, if there is one."""

    text: str
    start: float
    end: float


def cues(finals: Iterable[Transcript], layout: Layout) -> list[Cue]:
    """Return every word in its order; a word that is wider than a line has one of its own."""
    groups = [group for final in finals for group in _groups(_pieces(final), layout)]
    return list(_timed(groups, layout))


def _pieces(final: Transcript) -> list[Piece]:
    evenly = _even_words(final)
    return _cut(final.text, final.words or evenly) or _cut(final.text, evenly)


def _cut(text: str, words: Sequence[Word]) -> list[Piece]:
    """Cut a text behind each of its words; return nothing where it does not have them."""
    pieces: list[Piece] = []
    begin = 0
    for word in words:
        at = text.find(word.word, begin)
        if at < 0:
            return []
        end = len(text) if word is words[-1] else at + len(word.word)
        pieces.append(Piece(text[begin:end], word.start, word.end))
        begin = end
    return pieces


def _even_words(final: Transcript) -> list[Word]:
    """Return words where the server gave none: each takes as long as it is."""
    words = final.text.split()
    character_s = (final.end - final.start) / max(1, sum(map(len, words)))
    ends = [final.start + character_s * n for n in accumulate(map(len, words))]
    starts = [final.start, *ends]
    timed = zip(words, starts, ends, strict=False)  # there is a start more than there are words
    return [Word(word, start, end, 0.0) for word, start, end in timed]


def _groups(pieces: Iterable[Piece], layout: Layout) -> Iterator[list[Piece]]:
    """Yield what is shown together."""
    group: list[Piece] = []
    for piece in pieces:
        if group and _is_complete(group, piece, layout):
            yield group
            group = []
        while group and not _fits([*group, piece], layout):
            at = _best_break(group)
            yield group[:at]
            group = group[at:]
        group.append(piece)
    if group:
        yield group


def _is_complete(group: Sequence[Piece], following: Piece, layout: Layout) -> bool:
    """Tell if nothing shall follow in the same cue. Short sentences may share one."""
    if following.start - group[-1].end >= PAUSE_S:
        return True
    is_short = _columns(_text(group)) <= layout.line_width
    return group[-1].text.endswith(SENTENCE_ENDS) and not is_short


def _fits(group: Sequence[Piece], layout: Layout) -> bool:
    is_short = group[-1].end - group[0].start <= MAX_CUE_S
    return is_short and len(_filled(group, layout.line_width)) <= layout.lines


def _best_break(group: Sequence[Piece]) -> int:
    """Return how many to show: to the end of a clause, if that is more than half of them."""
    for at in range(len(group), len(group) // 2, -1):
        if group[at - 1].text.endswith(CLAUSE_ENDS):
            return at
    return len(group)


def _timed(groups: Sequence[Sequence[Piece]], layout: Layout) -> Iterator[Cue]:
    """Show each until its last word is over, longer if that is needed to read it.

    It leaves a gap before the next one. Words of two finals may overlap a little: then the later
    cue comes later, so that times always increase.
    """
    starts: list[float] = []
    for group in groups:
        starts.append(max(group[0].start, starts[-1] + 2 * GAP_S if starts else 0.0))
    latest_ends = [*(start - GAP_S for start in starts[1:]), float("inf")]
    for group, start, latest_end in zip(groups, starts, latest_ends, strict=False):
        needed_s = max(MIN_CUE_S, len(_text(group)) / READING_SPEED)
        end = max(group[-1].end, start + needed_s)
        yield Cue(start, min(end, start + MAX_CUE_S, latest_end), _lines(group, layout))


def _lines(group: Sequence[Piece], layout: Layout) -> tuple[str, ...]:
    """Break into as few lines as there can be, of about the same length."""
    fewest = len(_filled(group, layout.line_width))
    narrowest = _columns(_text(group)) // fewest
    for width in range(narrowest, layout.line_width):
        if len(lines := _filled(group, width)) == fewest:
            return lines
    return _filled(group, layout.line_width)


def _filled(group: Sequence[Piece], width: int) -> tuple[str, ...]:
    """Break where the next word would not fit any more."""
    lines: list[str] = []
    for piece in group:
        if lines and _columns(lines[-1] + piece.text) <= width:
            lines[-1] += piece.text
        else:
            lines.append(piece.text.lstrip())
    return tuple(" ".join(line.split()) for line in lines)


def _text(group: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in group).strip()


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
