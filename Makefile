# The commands people run; CI runs the same.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint types bench bench-engine bench-model bench-sidecar model parity golden lock sbom campaign fuzz clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.base: requirements/base.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install -q --no-deps -e . --no-build-isolation
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --no-deps -e . --no-build-isolation
	@touch $@ $(VENV)/.base

setup: $(VENV)/.base  ## Virtual environment with what running needs
setup-dev: $(VENV)/.dev  ## The same with what training and testing need

demo: $(if $(findstring --retrain,$(ARGS)),setup-dev,setup)  ## Transactions to live fraud flags on the embedded stack (ARGS="--headless --json")
	@$(BIN)/fraudstream demo $(ARGS)

test: setup-dev  ## All tests (ARGS="-k name")
	@$(BIN)/python -m pytest $(ARGS)

lint: setup-dev  ## Style and import arrows
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: setup-dev  ## Static types
	@$(BIN)/mypy

bench: setup-dev  ## Benchmarks (benchmarks/README.md)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-engine: setup-dev  ## rowtime alone (ARGS=--json, ARGS=--write for docs/speed.md)
	@$(BIN)/python -m benchmarks.engine $(ARGS)

model: setup-dev  ## Train the model that ships anew, from data/history: the same file again (OUT=… DATE=…)
	@$(BIN)/fraudstream train data/history --out $(or $(OUT),config/model.json) --created $(or $(DATE),2026-11-22)

bench-model: setup-dev  ## The model beside the published tables (FILE=handbook_transactions.parquet ARGS=--json)
	@$(BIN)/python -m benchmarks.model $(FILE) $(ARGS)

parity: setup-dev  ## Features of training against those of the deployed pipeline, every value (N=200000 FILE=… ARGS=--json)
	@$(BIN)/fraudstream parity $(FILE) --rows $(or $(N),20000) $(ARGS)

golden: setup-dev  ## The handbook's own features against those of sql/, the whole file (FILE=… GOLDEN=…)
	@$(BIN)/python -m benchmarks.model.golden $(FILE) $(GOLDEN) $(ARGS)

campaign: setup-dev  ## Kills, take-overs, lost answers against the sidecar (ARGS="--broker kafka --full")
	@$(BIN)/python -m campaigns $(ARGS)

fuzz: setup-dev  ## A million fuzzed inputs through the sidecar (ARGS="--broker kafka --inputs 200000")
	@$(BIN)/python -m campaigns.fuzz $(ARGS)

bench-sidecar: setup-dev  ## The sidecar beside quixstreams and a plain loop on a real Kafka (ARGS=--json)
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/python -m benchmarks.sidecar $(ARGS)

lock: setup-dev  ## Resolve requirements/*.txt anew
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml requirements/build.in -o requirements/base.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate -c requirements/base.txt requirements/sidecar.in -o requirements/sidecar.txt

sbom: setup-dev  ## CycloneDX bills of materials of the wheel's and the images' Python packages, in out/sbom
	@mkdir -p out/sbom
	@for set in base:wheel sidecar:image-sidecar; do $(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o out/sbom/$${set#*:}.cdx.json requirements/$${set%:*}.txt || exit 1; done
	@ls out/sbom/*.cdx.json

clean:  ## Remove the environment and all outputs
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache out
