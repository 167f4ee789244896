"""The direction of dependencies, read from the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "stt-api/stt_api"
MODULES = sorted(PACKAGE.rglob("*.py"))
SESSION_MAY_NOT = {"asyncio", "fastapi", "logging", "os", "starlette", "threading", "time"}
LAYERS = {  # what a layer may import of this package, beside itself
    "errors": set(),
    "logs": set(),
    "languages": set(),
    "limits": set(),
    "word_errors": set(),
    "session": {"errors"},
    "observer": {"session"},
    "decoding": {"observer", "session", "errors"},
    "models": {"session", "errors"},
    "transcription": {"decoding", "observer", "session", "errors"},
    "protocols": {"limits", "session", "errors", "languages"},
    "inbox": {"protocols"},
    "sender": {"inbox", "errors"},
    "ending": {"inbox", "session", "errors"},
    "connection": {
        "ending",
        "inbox",
        "limits",
        "sender",
        "transcription",
        "protocols",
        "session",
        "errors",
    },
    "service": {"connection", "limits", "protocols", "transcription", "errors"},
    "refusal": {"protocols", "errors"},
    "origins": {"refusal", "errors"},
    "app": {"service", "origins", "refusal", "protocols", "errors"},
    "config": {"models", "limits", "session", "languages"},
    "admission": set(),
    "request_head": {"errors"},
    "tcp": {"admission"},
    "http_protocol": {"tcp", "request_head", "refusal", "errors"},
    "websocket_protocol": {"tcp", "request_head", "refusal", "errors"},
    "listener": {"errors"},
    "recordings": {"models", "protocols", "session", "errors", "languages"},
    "diagnosis": {"models"},
    "doctor": {"config", "diagnosis", "models", "server", "session", "errors"},
    "convert": {"arguments", "config", "models", "errors", "evaluate", "recordings"},
}


def layer(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(module: Path) -> Iterator[tuple[str, str]]:
    """Yield ("outside" or "inside", first name) of every import."""
    depth = len(module.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (("outside", name.name.partition(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            first = (node.module or "").partition(".")[0]
            if node.level == 0:
                yield "outside", first
            elif node.level == depth and first:
                yield "inside", first


@pytest.mark.parametrize(
    "module", [m for m in MODULES if layer(m) == "session"], ids=lambda path: path.name
)
def test_the_session_core_does_no_io(module: Path) -> None:
    assert not {name for kind, name in imports(module) if kind == "outside"} & SESSION_MAY_NOT


@pytest.mark.parametrize("name", LAYERS)
def test_dependencies_run_one_way(name: str) -> None:
    modules = [module for module in MODULES if layer(module) == name]
    used = {used for module in modules for kind, used in imports(module) if kind == "inside"}
    assert modules and used - {name} <= LAYERS[name]


def test_only_the_engine_knows_the_models_libraries() -> None:
    libraries = {
        "ctranslate2",
        "faster_whisper",
        "huggingface_hub",
        "onnxruntime",
        "threadpoolctl",
        "tokenizers",
        "torch",
        "transformers",
    }
    users = {module.name for module in MODULES for _, name in imports(module) if name in libraries}
    assert users == {
        "checkpoint.py",
        "conversion.py",
        "cuda.py",
        "devices.py",
        "media.py",
        "hub.py",
        "language.py",
        "prompt.py",
        "silero.py",
        "threads.py",
        "weights.py",
        "words.py",
    }


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {m.name for m in MODULES for _, name in imports(m) if name == "pydantic_settings"}
    assert readers == {"config.py"}
    assert not [m for m in MODULES if re.search(r"environ\b(?!\.setdefault)|getenv", m.read_text())]
