# What people run. `make help` lists it.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
WORKERS ?= 2
DEMO_DIR ?= build/demo
IMAGE ?= kubecs:dev

.DEFAULT_GOAL := help
.PHONY: help demo demo-down test check unit cluster node test-oldest soak bench kind kind-down generate schemas pictures lock tools tools-node tools-helm venv promtool image

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: venv tools ## a cluster on this machine, the operator, the examples; stays up
	@$(PY) -m tools.demo up --dir $(DEMO_DIR)

demo-down: venv ## end the demo
	@$(PY) -m tools.demo down --dir $(DEMO_DIR)

test: check tools tools-node promtool ## all checks and tests, the long suites as a sample
	$(PYTEST) -n $(WORKERS) --dist loadfile tests/unit tests/golden tests/chart tests/rules tests/cluster tests/node

unit: venv ## unit and golden tests
	$(PYTEST) -n $(WORKERS) --dist loadfile tests/unit tests/golden

cluster: venv tools ## the tests that run on a real control plane
	$(PYTEST) -n $(WORKERS) --dist loadfile tests/cluster

node: venv tools tools-node promtool ## the tests that run real containers; they need root
	$(PYTEST) tests/node

test-oldest: venv ## the same on the oldest Kubernetes that kubecs runs on
	@KUBECS_KUBERNETES=oldest $(PY) tools/binaries.py default gitops
	KUBECS_KUBERNETES=oldest $(PYTEST) -n $(WORKERS) --dist loadfile tests/cluster

soak: venv tools tools-node promtool ## all tests, the long suites whole (KUBECS_SOAK=1)
	KUBECS_SOAK=1 $(PYTEST) -n $(WORKERS) --dist loadfile --timeout=3600 tests/unit tests/golden tests/chart tests/rules tests/cluster tests/node

bench: venv tools ## measurements beside the native objects, as a table
	$(PY) -m tests.perf

check: venv tools-helm ## lint, format, types, layers, generated files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy -p tools.localcluster -p tools.binaries -p tools.promtool -p tools.helm -p tools.manifest -p tools.chartvalues -p tools.dashboards -p tools.generated -p tools.image -p tools.sbom -p tools.schemas
	$(VENV)/bin/lint-imports
	$(PY) -m tools.generate_models --check
	$(VENV)/bin/kubecs crds --check crds
	$(VENV)/bin/kubecs explain --check docs/verdicts.md
	$(VENV)/bin/kubecs crds --check charts/kubecs/files/crds
	$(PY) -m tools.generated --check
	$(PY) -m tools.manifest --check examples/install/operator.yaml
	@$(PY) -m tests.cluster.realdocuments --check docs/real-documents.md

generate: venv tools-helm ## write the generated files anew
	$(PY) -m tools.generate_models
	$(VENV)/bin/ruff format operator/kubecs/ecs/model.py
	$(VENV)/bin/kubecs crds --write crds
	$(VENV)/bin/kubecs explain --write docs/verdicts.md
	$(VENV)/bin/kubecs crds --write charts/kubecs/files/crds
	$(PY) -m tools.generated
	$(PY) -m tools.manifest --write examples/install/operator.yaml
	@$(PY) -m tests.cluster.realdocuments --write docs/real-documents.md

schemas: venv ## the API schemas of the Kubernetes minors that kubecs runs on, from their Go modules
	$(PY) -m tools.schemas

pictures: venv tools tools-helm promtool ## the dashboards' panels, drawn from a real Prometheus into docs/pictures
	$(PY) -m tests.pictures

tools: venv ## build the control plane's binaries that are missing, and what judges objects as GitOps tools do
	@$(PY) tools/binaries.py default gitops

tools-node: venv ## the same for kubelet, kube-proxy and containerd
	@$(PY) tools/binaries.py node

tools-helm: venv ## the same for helm
	@$(PY) tools/binaries.py helm

promtool: venv
	@$(PY) -m tools.promtool

image: venv ## the image: with Docker, or without it as an OCI archive in build/image
	@$(PY) -m tools.image --tag $(IMAGE)

kind: ## the same project in a kind cluster; needs Docker and kind
	@command -v docker >/dev/null && docker info >/dev/null 2>&1 || \
	  { echo "make kind needs a running Docker engine, and there is none here. Install Docker and kind, or use: make demo" >&2; exit 1; }
	@command -v kind >/dev/null && command -v kubectl >/dev/null || \
	  { echo "make kind needs the programs kind and kubectl on PATH. Install them, or use: make demo" >&2; exit 1; }
	$(MAKE) venv
	docker build --tag $(IMAGE) .
	kind create cluster --name kubecs --config kind-config.yaml
	kind load docker-image $(IMAGE) --name kubecs
	kubectl apply --server-side -f crds/
	kubectl apply --server-side -f examples/install/operator.yaml
	kubectl -n kubecs-system rollout status deployment/kubecs-operator --timeout=180s
	@echo "now: kubectl apply -f examples/     and in the end: make kind-down"

kind-down: ## delete the kind cluster
	kind delete cluster --name kubecs

lock: ## resolve the dependencies anew into the hashed locks
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	echo setuptools | build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-config --extra dev pyproject.toml - --output-file requirements.lock
	echo setuptools | build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-config --constraints requirements.lock pyproject.toml - \
	  --output-file requirements-image.lock

venv: $(VENV)/.locked

# The stamp is the lock that is installed, so that a changed lock is installed again.
$(VENV)/.locked: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer on PATH" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kubecs needs Python 3.11 or newer")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
