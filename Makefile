# One line per job; `make help` lists them. cmake, ninja and pytest do the work: CONTRIBUTING.md has their own commands.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := build
.PHONY: build demo test docs lint tidy format asan tsan fuzz neon soak sbom wheel bench clean help system-packages test-packages

JOBS ?= $(shell nproc)
TEST_JOBS ?= 3  # on two cores: tests wait for servers, clusters and signals for a good part of their time
PRESET_DIR := build/release
COULIS := $(PRESET_DIR)/bin/coulis
PYTHON := .venv/bin/python
CPP_FILES = $(shell find $(wildcard core job cli python tests benchmarks) -name '*.[ch]pp')

demo: $(PRESET_DIR)/build.ninja  ## Build, and run on the 192 photos of examples/fruits
	cmake --build $(PRESET_DIR) -j $(JOBS) --target coulis
	$(COULIS) run examples/fruits out/demo -k 20
	@echo "Results: out/demo (open out/demo/report.html in a browser; out/demo/matrix.csv is the table)"

build: $(PRESET_DIR)/build.ninja  ## Build the command and the Python extension (what plain `make` does)
	cmake --build $(PRESET_DIR) -j $(JOBS) --target coulis _core

# Each step runs even if one before it failed; the last line says which did.
test: test-packages $(PRESET_DIR)/build.ninja .venv/.stamp-test  ## Build everything; run the C++ tests, the Python tests and the style checks
	cmake --build $(PRESET_DIR) -j $(JOBS)
	@failed=; \
	ctest --test-dir $(PRESET_DIR) -j $(TEST_JOBS) --output-on-failure --no-tests=error --output-junit ctest.xml || failed+=" ctest"; \
	$(PYTHON) tests/expected_skips.py $(PRESET_DIR)/ctest.xml || failed+=" skips"; \
	$(PYTHON) -m pytest -n $(TEST_JOBS) || failed+=" pytest"; \
	$(MAKE) --no-print-directory lint || failed+=" lint"; \
	if [[ -n $$failed ]]; then echo "FAILED:$$failed"; exit 1; fi; \
	echo "All tests and checks passed."

docs: .venv/.stamp-test  ## The guide as a site: build/site/index.html
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict --quiet
	@echo "build/site/index.html"

lint: .venv/.stamp-test  ## Check layers, format and Python types (`make tidy` for clang-tidy)
	$(PYTHON) tools/check_layers.py
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	@echo clang-format --dry-run -Werror; .venv/bin/clang-format --dry-run -Werror $(CPP_FILES)

tidy: test-packages .venv/.stamp-build  ## Build with warnings as errors and clang-tidy
	cmake --preset dev
	cmake --build --preset dev -j $(JOBS) -- -k 0

format: .venv/.stamp-test  ## Format C++ and Python in place
	.venv/bin/clang-format -i $(CPP_FILES)
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

asan: .venv/.stamp-build  ## C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS)
	ctest --preset asan -j $(TEST_JOBS) --output-on-failure --no-tests=error

# GCC 12's ThreadSanitizer cannot map its shadow where the kernel randomises addresses by more than 28 bits.
tsan: fixed_addresses = $(shell setarch -R true 2>/dev/null && echo setarch -R)
tsan: .venv/.stamp-build  ## C++ tests under ThreadSanitizer
	cmake --preset tsan
	$(fixed_addresses) cmake --build --preset tsan -j $(JOBS)
	$(fixed_addresses) ctest --preset tsan -j $(TEST_JOBS) --output-on-failure --no-tests=error

fuzz: export FUZZ_SECONDS ?= 60
fuzz: .venv/.stamp-build  ## libFuzzer on every reader of outside bytes, FUZZ_SECONDS (60) each
	@tools/install_system_packages.sh tools/system-packages.txt tools/system-packages-fuzz.txt
	cmake --preset fuzz
	cmake --build --preset fuzz -j $(JOBS) --target fuzz_targets
	$(PYTHON) tests/fuzz/run.py

# A cross compiler, an emulator, and the libraries for ARM.
define need_arm64
@dpkg --print-foreign-architectures | grep -qx arm64 || { echo "Run this, then make again: sudo dpkg --add-architecture arm64"; exit 1; }
@tools/install_system_packages.sh tools/system-packages-neon.txt
endef

neon: .venv/.stamp-build  ## C++ tests of core/ for 64-bit ARM, cross-compiled, under emulation
	$(need_arm64)
	cmake --preset neon
	cmake --build --preset neon -j $(JOBS)
	ctest --preset neon -j $(TEST_JOBS) --output-on-failure --no-tests=error

# An hour and more on two cores. Everything that it prints is kept in build/soak.log; the table goes to docs/reliability.md.
soak: export PYTHONPATH := tests:$(PRESET_DIR)/python
soak: $(PRESET_DIR)/build.ninja .venv/.stamp-test  ## Kill, starve and flood it for hours; writes docs/reliability.md. CHECKS="kills": some
	cmake --build $(PRESET_DIR) -j $(JOBS)
	set -o pipefail; $(PYTHON) -m soak.run_checks $(CHECKS) 2>&1 | tee build/soak.log

sbom: build  ## What coulis is made of, with versions and licences: build/release/coulis.cdx.json (CycloneDX)
	$(PYTHON) tools/make_sbom.py $(COULIS) > $(PRESET_DIR)/coulis.cdx.json
	@echo $(PRESET_DIR)/coulis.cdx.json

# With all its libraries inside, Arrow's too. Python 3.11 makes a wheel for itself, any newer one the wheel for 3.12 and newer:
# make wheel WHEEL_VENV=.venv-3.12 BASE_PYTHON=python3.12
wheel: WHEEL_DIR ?= dist
wheel: WHEEL_VENV ?= .venv
wheel: ARCH ?= $(shell uname -m)
wheel: cross = $(filter-out $(shell uname -m),$(ARCH))
wheel: libraries = build/wheel-libraries-$(ARCH)
wheel:  ## A wheel for every Linux from glibc 2.34 (Amazon Linux 2023) on, in dist/; ARCH=aarch64: for 64-bit ARM
	@tools/install_system_packages.sh tools/system-packages.txt tools/system-packages-wheel.txt
	$(if $(cross),$(need_arm64) tools/system-packages-wheel-aarch64.txt)
	tools/make_venv.sh $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/build.txt -r requirements/wheel.txt
	tools/build_wheel_libraries.sh $(libraries) $(cross)
	$(WHEEL_VENV)/bin/python tools/make_wheel.py $(libraries)/lib $(WHEEL_DIR) $(cross)

# One JSON file each in benchmarks/results, and the page table.md. To publish: `cp benchmarks/results/table.md docs/benchmarks.md`.
bench: export PYTHONPATH := $(PRESET_DIR)/python
bench: build .venv/.stamp-test .venv-bench/.stamp  ## Run every benchmark in an hour; BENCH_FLAGS=--quick: in minutes
	cmake --build $(PRESET_DIR) -j $(JOBS) --target peak_fma engine_alone hide_avx512 sample_avx512 list_alone simulate_run
	$(PYTHON) benchmarks/run_all.py $(BENCH_FLAGS) $(BENCH_ONLY)

.PHONY: bench-avx2
bench-avx2: BENCH_ONLY = --only engine_fp32_avx2 engine_int8_avx2
bench-avx2: bench  ## The engines without AVX-512 only, in 4 minutes

clean:  ## Remove what was built and the demo's output; keeps .venv and .venv-bench
	rm -rf build dist out/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## This list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

# Set-up: system packages, then .venv, then CMake. The stamps make a second run do nothing.
system-packages:
	@tools/install_system_packages.sh tools/system-packages.txt

test-packages:
	@tools/install_system_packages.sh tools/system-packages.txt tools/system-packages-test.txt

.venv/.stamp-build: requirements/build.txt | system-packages
	tools/make_venv.sh .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements/build.txt
	@touch $@

.venv/.stamp-test: requirements/test.txt .venv/.stamp-build
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements/test.txt
	@touch $@

# The rivals, 2 GB with TensorFlow, apart from what the tests need.
.venv-bench/.stamp: requirements/bench.txt
	tools/make_venv.sh .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	@touch $@

$(PRESET_DIR)/build.ninja: CMakePresets.json .venv/.stamp-build
	cmake --preset release
	@touch $@
