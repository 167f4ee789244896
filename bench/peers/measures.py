"""From what screens showed to figures. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import jiwer
from jiwer import AlignmentChunk

from stt_api.word_errors import words

from .clients import Log


@dataclass(slots=True)
class Figures:
    """Seconds, one for each recording of which anything was held; and counts."""

    first_s: list[float] = field(default_factory=list)  # begin of speech → a word on the screen
    complete_s: list[float] = field(default_factory=list)  # end of speech → words change no more
    final_s: list[float] = field(default_factory=list)  # end of speech → all of them flagged final
    recordings: int = 0
    words: int = 0  # that were said
    lost: int = 0  # said, and nothing held in their place
    errors: int = 0  # lost, others, and added ones
    failures: list[str] = field(default_factory=list)  # sessions that did not come to their end

    @property
    def unfinished(self) -> int:
        """Recordings of which not all that was held was flagged final."""
        return self.recordings - len(self.final_s)

    @property
    def wer(self) -> float:
        return self.errors / max(1, self.words)


def measure(logs: Iterable[Log]) -> Figures:
    figures = Figures()
    for log in logs:
        if log.failure is not None:
            figures.failures.append(log.failure)
        _add(figures, log)
    return figures


def _add(figures: Figures, log: Log) -> None:
    """Compare all that a session held with all that was said, then look at each recording."""
    shown = [(at, words(screen.final), words(screen.text)) for at, screen in log.screens]
    held = shown[-1][2] if shown else []
    said = [words(utterance.text) for utterance in log.utterances]
    compared = jiwer.process_words(" ".join(word for text in said for word in text), " ".join(held))
    figures.recordings += len(said)
    figures.words += sum(map(len, said))
    figures.lost += compared.deletions
    figures.errors += compared.deletions + compared.substitutions + compared.insertions
    stops = _stops(said, compared.alignments[0], len(held))
    for utterance, begin, stop in zip(log.utterances, [0, *stops], stops, strict=False):
        if begin < stop:
            _add_times(figures, utterance.start, utterance.end, shown, begin, stop)


def _stops(said: Sequence[list[str]], alignment: Sequence[AlignmentChunk], held: int) -> list[int]:
    """Return, for each recording, how many words were held of it and all before."""
    stops, count = [], 0
    for text in said[:-1]:
        count += len(text)
        stops.append(_place(alignment, count, held))
    return [*stops, held]


def _place(alignment: Sequence[AlignmentChunk], said: int, held: int) -> int:
    """Return the place in the words held that answers to a place in the words said."""
    for chunk in alignment:
        if chunk.ref_start_idx <= said < chunk.ref_end_idx:
            return min(chunk.hyp_start_idx + said - chunk.ref_start_idx, chunk.hyp_end_idx)
    return held


def _add_times(
    figures: Figures,
    start_s: float,
    end_s: float,
    shown: Sequence[tuple[float, list[str], list[str]]],
    begin: int,
    stop: int,
) -> None:
    """``begin`` and ``stop`` are places in the words held at the end.

    Words are told by their place, not by their time, which not all protocols have.
    """
    held = shown[-1][2][:stop]
    figures.first_s.append(
        next(at for at, _, text in shown if at > start_s and len(text) > begin) - start_s
    )
    changing = max((n for n, (_, _, text) in enumerate(shown) if text[:stop] != held), default=-1)
    figures.complete_s.append(shown[changing + 1][0] - end_s)
    final = next((at for at, words, _ in shown if words[:stop] == held), None)
    if final is not None:
        figures.final_s.append(final - end_s)
