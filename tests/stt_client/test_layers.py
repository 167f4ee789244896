"""The direction of dependencies, read from the source."""

from pathlib import Path

import pytest

from ..layers import climbing, imports

PACKAGE = Path(__file__).parents[2] / "stt-client/custom_stt_client"
ORDER = (  # each module imports only from those before it
    "version",
    "log",
    "languages",
    "audio",
    "messages",
    "events",
    "stream_event",
    "options",
    "errors",
    "progress",
    "wire",
    "backlog",
    "retry",
    "utterances",
    "timeline",
    "protocol",
    "connection",
    "exchange",
    "outbox",
    "sender",
    "stream",
    "recording",
    "accumulator",
    "event_buffer",
    "callbacks",
    "delivery",
    "sources",
    "session",
    "sound",
    "client",
    "sync",
    "__init__",
)
MICROPHONE = (  # a package that stands on those; none of them knows it
    "device",
    "capture",
    "deepgram",
    "services",
    "recording",
    "system",
    "engine",
    "__init__",
)
TESTING = ("server", "scripts", "microphones", "__init__")  # it stands on those as well
FOLDERS = ((PACKAGE, ORDER), (PACKAGE / "microphone", MICROPHONE), (PACKAGE / "testing", TESTING))
PURE = {
    "messages",
    "events",
    "options",
    "progress",
    "wire",
    "backlog",
    "protocol",
    "retry",
    "timeline",
}


@pytest.mark.parametrize(("folder", "order"), FOLDERS)
def test_every_module_has_its_place_in_the_order(folder: Path, order: tuple[str, ...]) -> None:
    assert {path.stem for path in folder.glob("*.py")} == set(order)


@pytest.mark.parametrize(("folder", "order"), FOLDERS)
def test_dependencies_run_one_way(folder: Path, order: tuple[str, ...]) -> None:
    assert climbing(folder, order) == []


def test_the_client_knows_neither_livekit_nor_the_server_nor_a_model() -> None:
    used = [name for folder, _ in FOLDERS for _, name in imports(folder)]
    outside = {name.partition(".")[0] for name in used if name[0] != "."}
    assert not outside & {"livekit", "numpy", "stt_api", "faster_whisper", "ctranslate2"}


def test_what_decides_does_no_io() -> None:
    used = {name for module, name in imports(PACKAGE) if module in PURE | {"utterances"}}
    used |= {name for module, name in imports(PACKAGE / "microphone") if module == "deepgram"}
    assert not used & {"aiohttp", "asyncio", "logging", "os", "socket", "threading"}
