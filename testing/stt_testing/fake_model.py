"""A model that hears nothing but counts what it is given."""

import threading
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from stt_api.session.decoding import DecodeRequest, Doubt, Transcript
from stt_api.session.word import Word


class FakeModel:
    """Says "heard" for every request, with less confidence for interims.

    ``gate`` holds it up; ``broken`` makes it raise, ``absurd`` answer with nonsense. A prompt
    "poison" makes it raise too, and one "doubt" makes it doubt what it heard, in two steps;
    ``second_thought`` holds up the first, and ``confused`` makes it raise.
    """

    name = "fake"
    languages = ("de", "en")
    rest = 0.0

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False
        self.absurd = False
        self.started = threading.Event()
        self.reconsidering = threading.Event()
        self.second_thought = threading.Event()
        self.second_thought.set()
        self.confused = False

    def batch_key(self, request: DecodeRequest) -> Hashable:
        return request.options.task

    def transcribe(self, requests: Sequence[DecodeRequest], key: Hashable) -> list[Transcript]:
        self.started.set()
        self.gate.wait(10)
        self.batch_sizes.append(len(requests))
        if self.broken or any(request.options.prompt == "poison" for request in requests):
            raise RuntimeError("out of memory")
        if self.absurd:
            return [Transcript(None, "en", 0.0, 0.0) for _ in requests]  # type: ignore[arg-type]
        logprobs = (-0.1 if request.final else -0.5 for request in requests)
        return [Transcript((Word(" heard"),), "en", logprob, 0.0) for logprob in logprobs]

    def doubts(self, request: DecodeRequest, transcript: Transcript, key: Hashable) -> bool:
        return request.options.prompt == "doubt"

    def reconsider(
        self, request: DecodeRequest, transcript: Transcript, key: Hashable
    ) -> Iterator[Transcript | None]:
        self.reconsidering.set()
        self.second_thought.wait(10)
        if self.confused:
            raise RuntimeError("out of memory")
        yield None
        yield replace(transcript, words=(Word(" heard again"),), redone=Doubt.REPETITION)
