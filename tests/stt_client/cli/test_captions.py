"""What a terminal and a pipe are shown of a session's events."""

from __future__ import annotations

import io
from dataclasses import replace

from custom_stt_client import StreamEvent
from custom_stt_client.cli.captions import Captions
from rich.console import Console

from .test_cues import final


def interim(text: str) -> StreamEvent.Transcript:
    return replace(final(text), is_final=False)


EVENTS = (interim("turn"), interim("turn on"), final("Turn on the [red] lights."))


def shown(*events: StreamEvent.Transcript, is_terminal: bool) -> str:
    screen = Console(file=io.StringIO(), force_terminal=is_terminal, width=40, highlight=False)
    with Captions(screen, Console(file=io.StringIO())) as captions:
        for event in events:
            captions.show(event)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_pipe_gets_finals_alone() -> None:
    assert shown(*EVENTS, is_terminal=False) == "Turn on the [red] lights.\n"


def test_a_terminal_shows_interims_that_make_way_for_the_final() -> None:
    screen = shown(*EVENTS, is_terminal=True)
    assert "\x1b[2mturn on" in screen and "\x1b[2K" in screen  # dim; and the line is cleared
    assert screen.index("turn on") < screen.index("Turn on the [red] lights.\n")


def test_a_lost_connection_is_told_apart_from_what_is_said() -> None:
    screen, notices = Console(file=io.StringIO()), Console(file=io.StringIO())
    with Captions(screen, notices) as captions:
        captions.show(StreamEvent.Reconnecting("gone"))
        captions.show(StreamEvent.Reconnected(gap_s=1.0, replayed_s=2.0))
        captions.show(StreamEvent.AudioDropped(seconds=3.0))
    assert isinstance(screen.file, io.StringIO) and isinstance(notices.file, io.StringIO)
    assert screen.file.getvalue() == ""
    assert notices.file.getvalue().splitlines() == [
        "the connection is lost; trying again",
        "connected again; nothing is lost",
        "3.0 s of audio are lost: no server took them",
    ]
