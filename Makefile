# Every verb works on a fresh clone: the first one that needs it installs into .venv.

PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
TORCH_VERSION := 2.13.0
SHAPE ?= small
CODE := stt-api stt-client livekit-plugin-custom-stt stt-model-pico testing examples bench tests
PUBLISHED := custom-stt-client livekit-plugin-custom-stt stt-api stt-model-pico
PLUGIN_VENV := .venv-plugin-$(notdir $(PYTHON))

export WHISPER_MODEL_SIZE ?= pico
# Attention at full context takes blocks of 70 MB and more, page by page unless told not to.
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1
# onnxruntime reports to its maker unless told not to.
export ORT_DISABLE_TELEMETRY := 1
demo demo-agent test test-convert conformance bench bench-peers shape: export HF_HUB_OFFLINE := 1

.DEFAULT_GOAL := help
.PHONY: help install demo demo-agent run test test-plugin test-convert conformance lint types docs check wheels bench bench-peers shape

help: ## List the verbs
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/installed ## Create .venv with everything that is locked

.venv/installed: uv.lock pyproject.toml */pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $@

# torch comes from pip and not from the lock: by PIP_EXTRA_INDEX_URL or PIP_FIND_LINKS it may be a
# build for CPUs (https://download.pytorch.org/whl/cpu), which saves several GB of CUDA.
.venv-convert/installed: .venv/installed
	$(PYTHON) -m venv .venv-convert
	UV_PROJECT_ENVIRONMENT=.venv-convert $(BIN)/uv sync --frozen --inexact --quiet
	$(BIN)/uv export --frozen --quiet --package stt-api --extra convert --prune torch \
		--no-emit-workspace --no-hashes --output-file .venv-convert/locked.txt
	.venv-convert/bin/python -m pip install --quiet torch==$(TORCH_VERSION) -r .venv-convert/locked.txt
	@touch $@

demo: install ## Stream a recording through the plugin and the server, live
	$(BIN)/python examples/demo.py

demo-agent: install ## Let a voice agent hear the recording, without room or keys
	$(BIN)/python examples/demo_agent.py

run: install ## Run the server with WHISPER_MODEL_SIZE (pico)
	$(BIN)/stt-api

test: install ## Run all tests
	$(BIN)/python -m pytest

# Plugin and client bear Python 3.10, the workspace does not: an environment of its own, in which
# they are installed as users have them, with the newest versions that they allow.
$(PLUGIN_VENV)/bin/uv:
	$(PYTHON) -m venv $(PLUGIN_VENV)
	$(PLUGIN_VENV)/bin/python -m pip install --quiet uv==$(UV_VERSION)

test-plugin: $(PLUGIN_VENV)/bin/uv ## Run the plugin's and the client's own tests under PYTHON, 3.10 or newer
	$(PLUGIN_VENV)/bin/uv pip install --quiet --python $(PLUGIN_VENV)/bin/python --group test-plugin \
		--reinstall-package livekit-plugin-custom-stt --reinstall-package custom-stt-client \
		./livekit-plugin-custom-stt "./stt-client[cli]"
	$(PLUGIN_VENV)/bin/python -m pytest tests/plugin tests/stt_client

test-convert: .venv-convert/installed ## Run the tests that need torch, in .venv-convert
	.venv-convert/bin/python -m pytest tests/convert

conformance: install ## Run the conformance suite of plugin and client in full, half an hour
	CONFORMANCE=full $(BIN)/python -m pytest -rP --show-capture=stdout tests/plugin/conformance tests/stt_client/test_chaos.py

lint: install ## Check style and format
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/hadolint stt-api/Dockerfile

types: install ## Check types
	$(BIN)/mypy

NEEDS_TORCH := stt_api.models.conversion
docs: install ## Write a reference of the public names, from docstrings, into build/api
	$(BIN)/python -W error -W "ignore:Couldn't import $(NEEDS_TORCH)" -m pdoc --docformat google \
		--output-directory build/api livekit.plugins.custom_stt custom_stt_client \
		custom_stt_client.microphone custom_stt_client.testing stt_api '!$(NEEDS_TORCH)'

check: lint types test docs ## Run lint, types and tests, and build the reference

wheels: install ## Build what is published into dist
	for package in $(PUBLISHED); do $(BIN)/uv build --quiet --package $$package --out-dir dist || exit; done

bench: install ## Measure speed against a baseline of the same run (BENCH_ARGS)
	$(BIN)/python -m bench $(BENCH_ARGS)

bench-peers: install ## Measure the server beside RealtimeSTT, WhisperLiveKit and WhisperLive (PEERS_ARGS)
	$(BIN)/python -m bench.peers $(PEERS_ARGS)

shape: .venv-convert/installed ## Write .shapes/$(SHAPE): pico's words at a bigger Whisper's cost
	.venv-convert/bin/python -m bench.shapes $(SHAPE) .shapes/$(SHAPE)
