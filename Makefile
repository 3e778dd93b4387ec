# Two commands do everything on Debian 12 with Swift: make demo, make test.
PREFIX ?= /usr/local
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# What the C libraries of Package.swift come in, and what figures need.
RUN_PACKAGES := gnuplot-nox fonts-dejavu-core
BUILD_PACKAGES := pkg-config libhdf5-dev libdeflate-dev libedf-dev libsoxr-dev libopenblas-dev $(RUN_PACKAGES)
TEST_PACKAGES := python3 hdf5-tools

# Which comparisons bench-peers makes; all unless told otherwise.
PARTS ?=

SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Benchmarks Benchmarks/Sources

.PHONY: help demo test test-swift test-python build packages test-packages install format lint examples bench bench-peers bench-networks bench-posteriors bench-tasks clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: build ## Install what is needed, build, turn a recording into an ERP and a figure
	@scripts/demo.sh

test: test-swift test-python ## Install what is needed, build, run every test

test-swift: test-packages
	swift build --build-tests
	swift test --skip-build

test-python: test-packages
	swift build --product evoke
	scripts/python-environment.sh
	EVOKE_BINARY=$$(swift build --show-bin-path)/evoke .venv/bin/python -m pytest -q python/tests

build: packages ## Build the release command
	swift build -c release --product evoke

packages:
	@scripts/install-packages.sh $(BUILD_PACKAGES)

test-packages: packages
	@scripts/install-packages.sh $(TEST_PACKAGES)

install: build ## Install evoke under PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/evoke"
	install -m 755 .build/release/evoke "$(DESTDIR)$(PREFIX)/bin/evoke"
	install -m 644 python/evoke_io.py "$(DESTDIR)$(PREFIX)/share/evoke/evoke_io.py"

format: ## Format all Swift files in place
	swift format format --in-place --recursive $(SOURCES)

lint: ## Check the formatting of all Swift files
	swift format lint --strict --recursive $(SOURCES)

examples: build ## Run the examples of the documentation
	scripts/doc-examples.sh

bench: packages ## Run the benchmarks
	swift package --package-path Benchmarks --allow-writing-to-package-directory benchmark

bench-peers: packages ## Time PARTS (all: reading, writing, averaging, simulating, data-sets) against other programs
	bash Benchmarks/peers/run.sh $(PARTS)

bench-networks: packages ## Time training and inference of networks against PyTorch, which is downloaded
	bash Benchmarks/peers/run_networks.sh

bench-posteriors: packages ## Time training of posteriors against sbi, which is downloaded
	bash Benchmarks/peers/run_posteriors.sh

bench-tasks: packages ## Compare posteriors of sbibm's tasks with its references, and sbi's, which are downloaded
	bash Benchmarks/peers/run_tasks.sh --sbi

clean: ## Remove everything built
	rm -rf .build .build-* .venv demo-output Benchmarks/.build
