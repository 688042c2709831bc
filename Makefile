# Everything runs on the Node that package.json pins (npm package "node"), whatever Node the machine has.
SHELL := /bin/sh
NODE_VERSION := $(shell sed -n 's/.*"node": "\([0-9][0-9.]*\)".*/\1/p' package.json | tail -n 1)
# npm itself runs on the pinned Node too: an older one would warn of every package that needs a newer.
NPM := npm exec --yes --package=node@$(NODE_VERSION) -- npm
BIN := node_modules/.bin
NODE := $(BIN)/node
COINLOG := $(NODE) bin/coinlog.js
# The pinned Node comes first for everything that a tool starts.
export PATH := $(CURDIR)/$(BIN):$(PATH)

SOURCES_TS := $(shell find src -name '*.ts' 2>/dev/null)
SOURCES_WEB := $(shell find web scripts -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help install build generate demo start test test-coverage check format bench chaos hostile rebuild verify psql reset up down logs

help: ## the targets, a line each
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | awk -F '\t' '{ printf "  make %-15s %s\n", $$1, $$2 }'

node_modules/.installed: package.json package-lock.json
	@echo 'Installing the packages …'
	@$(NPM) ci --no-fund --no-audit
	@touch $@

dist/.built: node_modules/.installed tsconfig.json tsconfig.build.json $(SOURCES_TS) $(SOURCES_WEB)
	@echo 'Building …'
	@npm run --silent build
	@touch $@

install: node_modules/.installed ## installs the packages, the right Node among them
build: dist/.built ## builds dist/

demo: dist/.built ## all of coinlog on a simulated market, http://localhost:8000
	@exec $(COINLOG) demo

start: dist/.built ## the same against the live upstreams
	@exec $(COINLOG) serve

test: dist/.built ## the whole test suite
	@$(BIN)/vitest run

test-coverage: dist/.built ## the test suite with coverage in coverage/
	@$(BIN)/vitest run --coverage

check: dist/.built ## types, lint, format, import directions, generated files
	@$(BIN)/tsc -p tsconfig.json --noEmit
	@$(BIN)/tsc -p web/tsconfig.json --noEmit
	@$(BIN)/oxlint --type-aware --deny-warnings src test scripts bin web deploy bench examples
	@$(BIN)/prettier --check --log-level warn .
	@$(NODE) scripts/check-generated.mjs

generate: dist/.built ## writes the files that are made from code
	@$(NODE) scripts/check-generated.mjs --write

format: node_modules/.installed ## formats all files
	@$(BIN)/prettier --write --log-level warn .

# The peers are a package of their own: nothing but this target needs them.
bench/node_modules/.installed: bench/package.json bench/package-lock.json
	@echo 'Installing the peers …'
	@$(NPM) ci --prefix bench --no-fund --no-audit
	@touch $@

bench: dist/.built bench/node_modules/.installed ## speed against peers, as ratios of one run; ONLY=log, csv, read-model, serving, rest or graphql
	@BENCH_ONLY='$(or $(ONLY),$(BENCH_ONLY))' $(NODE) bench/run.ts

chaos: dist/.built ## 200 seeded kills of the ingester, 100 of projector and rebuild, kills under each fault; checks log and read model
	@CHAOS_KILLS=200 $(BIN)/vitest run --no-file-parallelism test/ingest/kill.test.ts test/ingest/chaos.test.ts test/projector/kill.test.ts --testTimeout 1200000

hostile: dist/.built ## 10,000 generated GraphQL queries, and 1,000 subscribers on one process
	@HOSTILE_QUERIES=10000 SUBSCRIBERS=1000 $(BIN)/vitest run --no-file-parallelism test/graphql/hostile.test.ts test/graphql/subscribers.test.ts --testTimeout 1200000

rebuild: dist/.built ## rebuilds the read model from the log
	@$(COINLOG) rebuild

verify: dist/.built ## verifies the log, then the read model against it
	@$(COINLOG) verify
	@$(COINLOG) rebuild --verify

psql: dist/.built ## psql on the database in use
	@$(COINLOG) psql

reset: dist/.built ## deletes the demo's data, after asking
	@$(COINLOG) demo --reset

up: ## Docker Compose: PostgreSQL and coinlog
	docker compose up --build --detach

down: ## stops what "make up" started
	docker compose down

logs: ## follows the logs of what "make up" started
	docker compose logs --follow
