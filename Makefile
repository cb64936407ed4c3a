# The two commands: `make run` and `make test`. DATA_DIR, PORT, API_KEY, DATABASE_URL come from the environment.
DATA_DIR ?= var
export DATA_DIR

.PHONY: run test check bench train train-tone train-mood setup setup-dev clean

run: setup            ## install what is missing, train what changed, start everything
	@exec .venv/bin/voxtrail serve

test: setup-dev       ## every test, with a real PostgreSQL, a real Rasa and a real browser
	@.venv/bin/voxtrail train
	@.venv/bin/pytest

check: setup-dev      ## ruff, mypy --strict, the flows
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/voxtrail flows --check

bench: setup-dev      ## speed: chat beside a plain Rasa server, calls beside a Pipecat bot, the agents' desk, an agent on a call
	@.venv/bin/python -m benchmarks.turns
	@.venv/bin/python -m benchmarks.calls
	@.venv/bin/python -m benchmarks.desk
	@.venv/bin/python -m benchmarks.bridge

train: setup          ## train the NLU model if its data or pipeline changed
	@.venv/bin/voxtrail train

train-tone: setup     ## train the head that hears frustration: make train-tone DATA=manifest.csv
	@test -n "$(DATA)" || { echo "Say what with: make train-tone DATA=manifest.csv (path,dataset,speaker,emotion,language)" >&2; exit 1; }
	@.venv/bin/python -m speech.tone.train "$(DATA)"

train-mood: setup     ## train the head that reads frustration from nlu/data/mood: make train-mood [DATA=…/goemotions/train.tsv]
	@.venv/bin/python -m nlu.mood.train $(DATA)

setup:
	@bash deploy/setup.sh

setup-dev:
	@bash deploy/setup.sh dev

clean:                ## remove the environments (DATA_DIR stays)
	@rm -rf .venv .venv-rasa .venv-voices
