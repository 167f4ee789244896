"""What a stranger who clones the repository relies on."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
MEMBERS = ("livekit-plugin-custom-stt", "stt-api", "stt-client", "stt-model-pico")
WORKFLOW = ROOT / ".github/workflows/checks.yml"


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listing.stdout.splitlines()]


def verbs() -> list[str]:
    [listed] = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return str(listed).split()


def test_every_verb_of_the_makefile_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    for verb in verbs():
        assert re.search(rf"^{verb}:.*## \w", text, re.MULTILINE), verb


def test_the_workflow_runs_nothing_but_verbs_of_the_makefile() -> None:
    runs = re.findall(r"run: (.+)", WORKFLOW.read_text())
    assert all(run.startswith("make ") for run in runs)
    assert {verb for run in runs for verb in run.split()[1:]} <= set(verbs())


@pytest.mark.parametrize(
    ("job", "member"),
    [("test", "stt-api"), ("plugin", "stt-client"), ("plugin", "livekit-plugin-custom-stt")],
)
def test_the_workflow_tries_each_python_that_a_package_declares(job: str, member: str) -> None:
    declared = re.findall(r"Python :: (3\.\d+)", (ROOT / member / "pyproject.toml").read_text())
    tried = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]["strategy"]["matrix"]["python"]
    assert tried == declared


@pytest.mark.parametrize("member", MEMBERS)
def test_no_published_package_needs_what_the_tests_need(member: str) -> None:
    users = [path for path in tracked() if path.is_relative_to(ROOT / member)]
    texts = [path.read_text() for path in users if path.suffix in (".py", ".toml")]
    assert texts and not [text for text in texts if "stt_testing" in text or "stt-testing" in text]


@pytest.mark.parametrize("member", MEMBERS)
def test_every_package_carries_its_licence(member: str) -> None:
    name = "Creative Commons" if member == "stt-model-pico" else "Apache License"
    assert name in (ROOT / member / "LICENSE").read_text()


@pytest.mark.parametrize("member", MEMBERS)
def test_every_package_says_what_a_package_index_shows(member: str) -> None:
    project = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]
    shown = ("description", "readme", "license", "authors", "keywords", "classifiers")
    assert all(project[field] for field in shown)


def test_silero_carries_its_licence() -> None:
    notice = (ROOT / "stt-api/stt_api/models/silero.LICENSE").read_text()
    assert "Silero Team" in notice and "MIT License" in notice


def test_the_plugin_leaves_the_livekit_namespace_open() -> None:
    plugins = ROOT / "livekit-plugin-custom-stt/livekit"
    assert not (plugins / "__init__.py").exists()
    assert not (plugins / "plugins/__init__.py").exists()


def test_the_lock_names_public_registries_only() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"files.pythonhosted.org", "pypi.org"}


def test_both_compose_services_are_one_recipe_and_take_turns() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    cpu, gpu = services["stt-api"], services["stt-api-gpu"]
    assert cpu["build"]["dockerfile"] == gpu["build"]["dockerfile"] == "stt-api/Dockerfile"
    assert (cpu["profiles"], gpu["profiles"]) == (["cpu"], ["gpu"])
    assert "COMPOSE_PROFILES=cpu" in (ROOT / ".env").read_text()


def test_the_image_finds_every_file_that_its_build_needs() -> None:
    let_through = (ROOT / ".dockerignore").read_text()
    needed = ["pyproject.toml", "uv.lock", "stt-api", "stt-model-pico"]
    members = ["livekit-plugin-custom-stt/pyproject.toml", "testing/pyproject.toml"]
    assert all(f"!{name}\n" in let_through for name in [*needed, *members])


def test_the_verbs_turn_the_telemetry_of_onnxruntime_off() -> None:
    assert "export ORT_DISABLE_TELEMETRY := 1" in (ROOT / "Makefile").read_text()


def test_nothing_refers_to_folders_outside_the_repository() -> None:
    outside = re.compile(rb"\.\./shared|/work/")
    guilty = [
        path.name
        for path in tracked()
        if path.is_file() and path.name != Path(__file__).name and outside.search(path.read_bytes())
    ]
    assert guilty == []


def test_the_documents_link_to_files_that_exist() -> None:
    for document in tracked():
        if document.suffix != ".md":
            continue
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_glossary_names_only_what_the_code_has() -> None:
    settings = ROOT / "docs/configuration.md"
    code = [settings, *(path for path in tracked() if path.suffix == ".py")]
    used = {name for path in code for name in re.findall(r"\w+", path.read_text())}
    rows = re.findall(r"^\|.*\| (.*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(.+?)`", row)}
    assert named and named - used == set()
