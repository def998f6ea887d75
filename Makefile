# The one obvious way to do each thing; `make help` lists them. Every recipe takes its environment
# from scripts/env.sh, so that no two of them compile the SDK differently.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Cargo uses all cores by itself, and its runs would wait for each other.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

ENV := . scripts/env.sh;
SAY := printf '\n==> %s\n'
CARGO_IPFS := CARGO_TARGET_DIR="$$AICPW_IPFS_TARGET_DIR" cargo
# aicpw-node looks for its IPFS process beside itself.
LINK_IPFS := ln -sfn "$$AICPW_IPFS_TARGET_DIR/debug/aicpw-ipfs" "$$AICPW_BIN/aicpw-ipfs"
# What the demo starts, beside aicpw-ipfs.
DEMO_PROGRAMS := aicpw-node aicpw-executor aicpw aicpw-render
# Arguments for what says so, as in make bench ARGS="--help"
ARGS ?=

##@ Use it

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: build-demo build-ipfs ## Render a real scene on a single node: submit, match, run, verify, pay, fetch (ARGS=--help)
	@$(ENV) scripts/demo.sh $(ARGS)

.PHONY: examples
examples: build ## Run every workload of examples/ on a single node and check the results
	@$(ENV) scripts/examples.sh $(ARGS)

.PHONY: network
network: build ## Run 4 validators, 2 providers and a requester's node until Ctrl-C (ARGS="--keep")
	@$(ENV) exec "$$AICPW_BIN/aicpw-network" $(ARGS)

.PHONY: setup
setup: ## Install what this machine lacks (system packages, Rust, Wasm target); the others do it themselves
	@scripts/setup.sh

.PHONY: build
build: build-all build-ipfs ## Build all programs into target/debug
	@$(ENV) $(SAY) "the programs are in $$AICPW_BIN"

.PHONY: build-all
build-all: setup
	@$(SAY) "1 of 2: all programs but aicpw-ipfs (from nothing: about a quarter of an hour on 2 cores)"
	@$(ENV) cargo build --locked --workspace --bins

# A part of what `build-all` compiles, and compiled as there, so that either goes on where the other has ended: with
# `-p` in the place of `--workspace` cargo would choose other features (ADR 2).
.PHONY: build-demo
build-demo: setup
	@$(SAY) "1 of 2: the demo's programs but aicpw-ipfs (from nothing: up to a quarter of an hour on 2 cores)"
	@$(ENV) cargo build --locked --workspace $(DEMO_PROGRAMS:%=--bin %)

.PHONY: build-ipfs
build-ipfs: setup
	@$(SAY) "2 of 2: aicpw-ipfs (from nothing: about 6 minutes on 2 cores)"
	@$(ENV) $(CARGO_IPFS) build --locked --manifest-path ipfs/Cargo.toml
	@$(ENV) $(LINK_IPFS)

# With its tests: program and unit tests are the same crate, compiled twice with one core each. One after the other,
# half of two cores would wait. The program is among what cargo makes, because the tests in ipfs/tests start it.
.PHONY: build-ipfs-tests
build-ipfs-tests: setup
	@$(SAY) "2 of 2: aicpw-ipfs and its tests (from nothing: some minutes on 2 cores)"
	@$(ENV) $(CARGO_IPFS) test --no-run --locked --manifest-path ipfs/Cargo.toml
	@$(ENV) $(LINK_IPFS)

.PHONY: release
release: setup ## Build what operators install, optimised, into target/release (from nothing: about half an hour)
	@scripts/release-programs.sh

.PHONY: runtime
runtime: setup ## Build the runtime of a commit as it is published (ARGS=COMMIT; HEAD without), and say its hash
	@$(ENV) scripts/release-runtime.sh $(ARGS)

.PHONY: kubo
kubo: ## Build kubo, the common IPFS daemon, which ours is tested against (needs Go; once)
	@scripts/kubo.sh

##@ Change it

.PHONY: test
test: build-all build-ipfs-tests ## All tests: units, runtime journeys, networks of real processes, polkadot.js
	@scripts/test.sh

.PHONY: unit
unit: $(if $(ARGS),setup,build) ## The tests that start no network (ARGS="-p pallet-tasks": one crate's)
	@$(ENV) cargo test --locked --no-fail-fast $(or $(ARGS),--workspace)

.PHONY: networks
networks: build ## The tests of networks of real processes (ARGS=name: those whose name has it)
	@$(ENV) RUST_TEST_THREADS="$$AICPW_NETWORK_THREADS" cargo test --locked --workspace --test networks -- $(ARGS)

.PHONY: doc
doc: setup ## The pages of rustdoc, in target/doc; fails at its warnings
	@$(ENV) RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps $(ARGS)
	@$(ENV) RUSTDOCFLAGS="-D warnings" $(CARGO_IPFS) doc --locked --no-deps --manifest-path ipfs/Cargo.toml

.PHONY: check-features-only
check-features-only: setup
	@$(SAY) "code that only runtime-benchmarks and try-runtime compile"
	@$(ENV) scripts/check-features.sh --check

.PHONY: check-features
check-features: setup ## Compile what only benchmarks and try-runtime need, and run each benchmark once
	@$(SAY) "features that no other build has"
	@$(ENV) scripts/check-features.sh $(ARGS)

.PHONY: polkadot-js
polkadot-js: build ## The chain as polkadot.js sees it: tests against a node (ARGS="--runtime FILE": with a published runtime)
	@$(ENV) scripts/polkadot-js.sh $(ARGS)

.PHONY: try-units
try-units: ## The systemd units in a container with a real systemd: a job in the sandbox, paid (root; debootstrap)
	@scripts/try-units.sh

.PHONY: setup-lint
setup-lint:
	@scripts/setup.sh lint

.PHONY: lint
lint: setup-lint setup fmt-check deny docs-check clippy clippy-ipfs check-features-only ## Everything that reads the code without running it

.PHONY: clippy
clippy: setup-lint setup ## Fail if clippy or the compiler warns of anything
	@$(SAY) "clippy"
	@$(ENV) cargo clippy --locked --workspace --all-targets -- -D warnings
	@# Not a default target.
	@$(ENV) cargo clippy --locked --workspace --test networks -- -D warnings

.PHONY: clippy-ipfs
clippy-ipfs: setup-lint setup
	@$(SAY) "clippy of the IPFS process"
	@$(ENV) $(CARGO_IPFS) clippy --locked --manifest-path ipfs/Cargo.toml --all-targets -- -D warnings

.PHONY: fmt
fmt: setup-lint ## Format all Rust code
	@$(ENV) cargo fmt --all
	@$(ENV) cargo fmt --all --manifest-path ipfs/Cargo.toml
	@$(ENV) cargo fmt --all --manifest-path bench/weights/Cargo.toml

.PHONY: fmt-check
fmt-check: setup-lint ## Fail if any Rust code is not formatted
	@$(SAY) "formatting"
	@$(ENV) cargo fmt --all --check
	@$(ENV) cargo fmt --all --manifest-path ipfs/Cargo.toml --check
	@$(ENV) cargo fmt --all --manifest-path bench/weights/Cargo.toml --check

.PHONY: deny
deny: ## Licences, sources, bans and advisories of the dependencies (compiles cargo-deny once)
	@$(SAY) "dependencies"
	@$(ENV) scripts/deny.sh

.PHONY: docs-check
docs-check: ## Fail if a link between the project's pages leads nowhere, a number is missing, or a script is malformed
	@$(SAY) "pages and scripts"
	@scripts/check-docs.sh
	@bash -n scripts/*.sh examples/digits/*.sh .ci/run
	@if scripts/setup.sh shellcheck; then shellcheck -x scripts/*.sh examples/digits/*.sh .ci/run; else echo "shellcheck: skipped"; fi

.PHONY: bench
bench: release ## Measure latency, throughput and overhead of what operators install; prints tables and writes JSON
	@$(SAY) "building aicpw-bench and what it starts"
	@$(ENV) cargo build --locked --release --workspace --bin aicpw-bench \
	    --bin aicpw-render --bin aicpw-search --bin lying-executor
	@$(ENV) AICPW_BIN="$$AICPW_RELEASE" "$$AICPW_RELEASE/aicpw-bench" $(ARGS)

.PHONY: economics
economics: setup ## Play the market's scenarios and draw docs/economics/*.png; with ARGS no pictures (ARGS="--seed 2 --json")
	@$(ENV) cargo run --locked -q -p aicpw-economics -- $(or $(ARGS),--plots docs/economics)

.PHONY: weights
weights: setup ## Measure the pallets' weights and write their weights.rs (ARGS: which)
	@$(ENV) scripts/weights.sh $(ARGS)

##@ Clean up

.PHONY: clean
clean: ## Remove the build output of this checkout
	@$(ENV) rm -rf "$$CARGO_TARGET_DIR" "$$AICPW_IPFS_TARGET_DIR"

.PHONY: clean-cache
clean-cache: ## Remove what is kept between checkouts: CI's build output, the private Wasm toolchain
	@$(ENV) rm -rf "$$AICPW_CACHE"
