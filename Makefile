# make run   installs what it needs and serves on http://127.0.0.1:9473
# make test  installs what it needs and runs every check and test
# make help  lists the rest

PYTHON ?= $(shell for p in python3 python3.15 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check nightly webtests puretests clustered attacks audit pythons garbage lint types edgetests platforms generate format coverage bench figures door room crowd benchscene benchcluster benchfederation benchagents frames ink sight fuzz identities soak picture vendor wheel clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

run: .venv/.run ## serve on http://127.0.0.1:9473 (ARGS="--port 8000" for more)
	@$(BIN)/canvas-server serve $(ARGS)

test: check ## every check, and what can break where parts meet, in less than ten minutes
	@echo "== types of the tests, tools and benchmarks"
	@node_modules/.bin/pyright --pythonpath $(BIN)/python tests tools bench
	@echo "== sockets, and the longer of the pure tests"
	@$(BIN)/python -m pytest tests/unit tests/integration -m "not nightly and (slow or not unit)" -n 3 --dist loadfile $(ARGS)
	@echo "== browsers"
	@$(BIN)/python -m pytest tests/e2e -m "not nightly" -n 2 --dist loadfile $(ARGS)

nightly: check platforms ## every test there is, also those that repeat a proof in other browsers, networks and clusters: an hour
	@$(BIN)/python -m pytest tests/unit tests/integration -m "slow or nightly or not unit" -n 2 --dist loadfile $(ARGS)
	@$(BIN)/python -m pytest tests/e2e $(ARGS)
	@echo "== browsers, on two nodes of a cluster"
	@$(BIN)/python -m pytest tests/e2e/test_first_call.py tests/e2e/test_call_states.py --nodes 2 $(ARGS)

check: .venv/.dev node_modules/.done ## what is fast: format, lint, types, import rules, generated files, pure tests
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target types puretests edgetests webtests lint

puretests: .venv/.dev
	@echo "== pure tests of the core, which they cover whole"
	@$(BIN)/python -m pytest tests/unit/core tests/unit/protocol -m "not slow and not nightly" --cov=canvas_server.protocol --cov=canvas_server.core \
		--cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered -q $(ARGS)

edgetests: .venv/.dev
	@echo "== pure tests of the rest"
	@$(BIN)/python -m pytest tests/unit -m "not slow and not nightly" --ignore tests/unit/core --ignore tests/unit/protocol -q $(ARGS)

webtests: node_modules/.done
	@echo "== pure tests of the browser client"
	@node --test --test-reporter=dot tests/web/

lint: .venv/.dev node_modules/.done
	@echo "== format, lint, import rules, generated and vendored files"
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@report=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }
	@$(BIN)/python tools/generate.py --check
	@node tools/bundle.mjs --check
	@$(BIN)/python tools/vendor.py --check
	@$(BIN)/python tools/rules.py

types: .venv/.dev node_modules/.done
	@echo "== types: Python and the browser client"
	@node_modules/.bin/pyright --pythonpath $(BIN)/python src
	@node_modules/.bin/tsc --project tsconfig.json

platforms: .venv/.dev node_modules/.done ## the types as they are on Windows and macOS, where nothing is run
	@for system in Windows Darwin; do echo "== types on $$system"; \
		node_modules/.bin/pyright --pythonpath $(BIN)/python --pythonplatform $$system src || exit 1; done

generate: .venv/.dev node_modules/.done ## write what follows from the message structs, and bundle the page
	@$(BIN)/python tools/generate.py
	@node tools/bundle.mjs

format: .venv/.dev ## format and mend what can be mended
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

picture: .venv/.dev ## take the picture of the README anew, in real windows
	@$(BIN)/python tools/screenshot.py

vendor: .venv/.dev ## fetch the libraries of the browser client anew, as pinned in tools/vendor.py
	@$(BIN)/python tools/vendor.py

ink: .venv/.dev ## measure how soon a stroke is seen, and how many bytes it is
	@$(BIN)/python bench/ink.py

frames: .venv/.dev ## measure how smooth the canvas is, and how fast large scenes open
	@$(BIN)/python bench/frames.py

figures: .venv/.dev bench/yardsticks/node_modules/.done ## measure what must not drift, beside docs/FIGURES.md (ARGS='--record "why"')
	@$(BIN)/python bench/figures.py $(ARGS)

bench/yardsticks/node_modules/.done: bench/yardsticks/package.json bench/yardsticks/package-lock.json
	@sh tools/system.sh test
	@echo "== installing the servers that ours is put beside"
	@cd bench/yardsticks && npm ci --silent --no-audit --no-fund
	@touch $@

bench: .venv/.dev bench/yardsticks/node_modules/.done ## measure beside PeerServer and ws, write docs/benchmarks.md
	@$(BIN)/python bench/run.py $(ARGS)

door: .venv/.dev ## measure how fast a link opens over slow lines, write the section of docs/benchmarks.md
	@$(BIN)/python bench/door.py $(ARGS)

room: .venv/.dev ## measure a meeting in real windows, write the section of docs/benchmarks.md (ARGS="--beside FOLDER")
	@$(BIN)/python bench/room.py $(ARGS)

sight: .venv/.dev ## measure what it saves to send pictures only as large as they are seen
	@$(BIN)/python bench/sight.py

attacks: .venv/.dev ## attack a server while people talk, write the table of docs/SECURITY.md
	@$(BIN)/python bench/attacks.py $(ARGS)

garbage: .venv/.dev ## feed what nobody should send, and count (ARGS="--seconds 600")
	@cd tests && ../$(BIN)/python -m support.fuzz.garbage $(ARGS)

audit: .venv/.dev node_modules/.done ## look up what is known against the libraries that are used
	@sh tools/audit.sh

pythons: .venv/.dev ## the pure tests under every Python of this machine from 3.11 on (ARGS="3.13" for some)
	@$(BIN)/python tools/pythons.py $(ARGS)

soak: .venv/.dev ## call, cut and hang up many hundred times, in a quarter of an hour (ARGS="cuts --count 50")
	@$(BIN)/python bench/soak.py $(ARGS)

benchscene: .venv/.dev ## measure edits of a scene, write the table of bench/README.md
	@$(BIN)/python bench/scene.py $(ARGS)

benchcluster: .venv/.dev ## measure what several nodes cost, write the table of docs/SCALING.md
	@$(BIN)/python bench/cluster.py $(ARGS)

benchfederation: .venv/.dev ## measure what it costs to be at two servers, write the table of docs/FEDERATION.md
	@$(BIN)/python bench/federation.py $(ARGS)

benchagents: .venv/.dev ## measure what agents at the table cost, and how long they wait
	@$(BIN)/python bench/agents.py

crowd: .venv/.dev ## measure 256 people in one session, write the table and the picture of docs/SCALING.md
	@$(BIN)/python bench/crowd.py $(ARGS)

clustered: .venv/.dev ## every test with browsers, the windows spread over two nodes of a cluster
	@$(BIN)/python -m pytest tests/e2e --nodes 2 $(ARGS)

fuzz: .venv/.dev ## let people edit one scene over a bad network, a thousand times (ARGS="--seeds 5000")
	@cd tests && ../$(BIN)/python -m support.simulations.editing $(ARGS)

identities: .venv/.dev ## let people and an adversary come by links at random, 100,000 steps (ARGS="--steps 1000000")
	@cd tests && ../$(BIN)/python -m support.simulations.identity $(ARGS)

wheel: .venv/.dev ## build the package into dist/
	@$(BIN)/python -m hatchling build -t wheel

clean: ## remove what these targets made
	rm -rf .venv node_modules bench/yardsticks/node_modules dist test-output .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage

.venv/.made:
	@sh tools/system.sh run
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	@echo "== making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements/run.txt pyproject.toml
	@echo "== installing what the server needs"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements/run.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@sh tools/system.sh test
	@echo "== installing what the tests need"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements/dev.txt
	@touch $@

node_modules/.done: package.json package-lock.json
	@sh tools/system.sh test
	@echo "== installing the type checkers"
	@npm ci --silent --no-audit --no-fund
	@touch $@
