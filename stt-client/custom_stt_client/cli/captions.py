"""How live captions look: finals are lines that stay, the interim stands below them."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ..events import AudioDropped, Event, Reconnected, Reconnecting
from ..messages import Transcript

BLANK = Text()


class Captions:
    """``show`` each event, within ``with``. Where ``console`` is no terminal, finals alone are.

    What is not said by the speaker goes to ``notices``.
    """

    def __init__(self, console: Console, notices: Console) -> None:
        self._console = console
        self._notices = notices
        self._interim = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Captions:
        self._interim.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._interim.update(BLANK, refresh=True)
        self._interim.stop()

    def show(self, event: Event) -> None:
        match event:
            case Transcript(is_final=True, text=text):
                self._interim.update(BLANK, refresh=True)
                self._console.print(Text(text), soft_wrap=True)
            case Transcript(text=text):
                self._interim.update(Text(text, style="dim"), refresh=True)
            case Reconnecting():
                self._notices.print("the connection is lost; trying again")
            case Reconnected():
                self._notices.print("connected again; nothing is lost")
            case AudioDropped(seconds=seconds):
                self._notices.print(f"{seconds:.1f} s of audio are lost: no server took them")
