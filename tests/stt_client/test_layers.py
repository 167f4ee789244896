"""The direction of dependencies, read from the source."""

from pathlib import Path

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
    "testing",
    "client",
    "sync",
    "__init__",
)
PURE = {"messages", "events", "options", "progress", "wire", "backlog", "retry", "timeline"}


def test_every_module_has_its_place_in_the_order() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == set(ORDER)


def test_dependencies_run_one_way() -> None:
    assert climbing(PACKAGE, ORDER) == []


def test_the_client_knows_neither_livekit_nor_the_server_nor_a_model() -> None:
    outside = {name.partition(".")[0] for _, name in imports(PACKAGE) if name[0] != "."}
    assert not outside & {"livekit", "numpy", "stt_api", "faster_whisper", "ctranslate2"}


def test_what_decides_does_no_io() -> None:
    used = {name for module, name in imports(PACKAGE) if module in PURE | {"utterances"}}
    assert not used & {"aiohttp", "asyncio", "logging", "os", "socket", "threading"}
