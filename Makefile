# emotion-edge: photographs -> a Keras model -> a verified .tflite -> labels.
# Start with `make help`. Everything is written below build/ and .venv/.

# Settings count on make's command line only: DATA or MODEL in the environment may be somebody else's.
DATA := $(wildcard data)
MODEL := compact
TRAIN_FLAGS :=
CONVERT_FLAGS :=
SOURCE = $(if $(DATA),$(DATA)/validation,build/samples/frames)
PHOTOGRAPHS :=
FACES :=

PI_PREFIX := /opt/emotion-edge
PI_PACKAGES := python3-numpy python3-pil python3-venv
PI_CAMERA := python3-picamera2
# More extras for `make pi`: EXTRAS=video,webcam
EXTRAS :=
HA_APP := dist/home-assistant/emotion_edge
# Empty: the Python that .venv/ has, or the newest that suits.
PYTHON :=

HASH := \#
COMMA := ,
quoted = '$(subst ','\'',$(1))'
setting = $(call quoted,$(1) := $(subst $(HASH),\$(HASH),$(subst $$,$$$$,$(2))))
# `make train` begins anew. All other targets, and `make train` with --resume, use the settings of the
# last training, but not the flags of another MODEL than the given one.
RESUME := $(filter --resume --resume=%,$(TRAIN_FLAGS))
ifeq (,$(if $(RESUME),,$(filter train,$(MAKECMDGOALS))))
-include build/.settings
ifeq (,$(shell grep -xF $(call quoted,MODEL := $(MODEL)) build/.settings 2>/dev/null))
TRAIN_FLAGS :=
endif
endif

BIN := .venv/bin
TENSORFLOW := $(if $(shell command -v nvidia-smi),train-gpu,train)
INSTALLED := .venv/.installed
# Set up again if .venv/ is broken, was made for another folder, or another Python is asked for.
AGAIN := $(if $(filter command,$(origin PYTHON)),FORCE,$(shell [ -L .venv ] || \
  { [ -x $(BIN)/python ] && [ "$$(cat $(INSTALLED))" = "$$(pwd -P)" ]; } 2>/dev/null || echo FORCE))
# Everybody may read what root installs, whatever the user's umask is.
SUDO = umask 022;$(if $(filter-out 0,$(shell id -u)), sudo)
# The extras above "Workstation" in pyproject.toml, and those that were asked for.
PI_EXTRAS = $(shell sed -n '/^.project.optional/,/^. Workstation/s/^\([a-z-]*\) = .*/\1/p' \
  pyproject.toml)
WANTED = $(subst $(COMMA), ,$(EXTRAS))
HAS_CAMERA = apt-cache show $(PI_CAMERA) > /dev/null 2>&1
NO_CAMERA = echo 'Without the camera: apt has no $(PI_CAMERA) here, so --source picamera2' \
  'does not work. Raspberry Pi OS has it: there, look for errors of apt above, and run make pi again.' >&2
# The code that `make convert` depends on: all of convert but what publishes models, evaluation, and what
# they use of the edge.
OF_EDGE := __init__ errors cli/__init__ cli/argument_types system/__init__ system/native_log \
  $(addprefix util/,__init__ atomic_write installation regular_file strict_json) \
  $(addprefix imaging/,__init__ face_files header_checks image_files picture_folders \
  picture_formats regions rgb) \
  $(addprefix model/,__init__ appended_files calibration classifier contract golden_vector limits \
  model_file network postprocessing preprocessing quantization runtime self_test)
OUR_CODE := $(wildcard convert/*.py convert/runtimes/*.py evaluation/*.py evaluation/templates/* \
  $(OF_EDGE:%=edge/emotion_edge/%.py))
MODEL_FLAGS = $(if $(filter simple_cnn,$(MODEL)),--early-stopping 4)
# A resumed run is still the same run.
SAME_FLAGS = $(filter-out --resume --resume=% auto always,$(TRAIN_FLAGS))
# What makes a model old. Only `make train` replaces one that was trained without make, and only
# `make original` an original.
TRAINED_WITH := build/.trained-with
ORIGINAL_WITH := build/original/.trained-with
ifeq (,$(filter train,$(MAKECMDGOALS)))
TRAINED_WITH := $(if $(wildcard build/model.keras),$(wildcard $(TRAINED_WITH)),$(TRAINED_WITH))
endif
ifeq (,$(filter original,$(MAKECMDGOALS)))
ORIGINAL_WITH := $(if $(wildcard build/original/model.keras),,$(ORIGINAL_WITH))
endif
# Continues a run that was killed, if it had the same settings and pictures.
TRAIN := $(BIN)/python -m train --resume auto
fingerprint = $(BIN)/python -m train.fingerprint $@ $(call quoted,$(1)) $(call quoted,$(2))
# The original's 2048 // 16 steps.
ORIGINAL := --model simple_cnn --epochs 20 --steps-per-epoch 128

.DEFAULT_GOAL := help
# Ctrl-C ends training after the epoch and still writes the model, so make must not delete it.
.PRECIOUS: build/model.keras build/original/model.keras build/model.tflite build/original/model.tflite
.PHONY: help setup samples train original convert run test test-edge test-workbench test-long test-camera test-home-assistant test-trixie test-pi soak fuzz check format architecture bench wheel deb app release pi clean FORCE

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(INSTALLED) ## create .venv and install everything into it, once

samples: build/samples/samples.json ## draw the built-in sample set of faces, build/samples/

train: build/model.keras ## train on DATA=data, or on drawn faces; MODEL=compact or simple_cnn

original: build/original/model.tflite ## train, convert and run the original's network, and compare with its figures
	$(BIN)/emotion-edge run --model $< --source $(call quoted,$(SOURCE))
	$(BIN)/python -m train.original build/original/history.csv

convert: build/model.tflite ## quantise the model, compare it with Keras and report, build/convert_report.html

run: build/model.tflite ## label SOURCE=pictures, the sample frames if there is no DATA
	$(BIN)/emotion-edge run --model build/model.tflite --source $(call quoted,$(SOURCE))

test: test-edge test-workbench ## run the tests, but those that need root or train for minutes

test-edge: $(INSTALLED) ## run the tests of the program for the Pi
	$(BIN)/python -m pytest -n 3 tests/edge tests/fuzz

test-workbench: $(INSTALLED) ## run the tests of training, conversion and the repository
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not long' tests/workbench

test-long: $(INSTALLED) ## run the tests that train for minutes, after a change of training or conversion
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long tests/workbench

fuzz: $(INSTALLED) ## try thousands of damaged files of each kind that the program reads; minutes
	$(BIN)/python -m tests.fuzz

soak: $(INSTALLED) ## run the daemon for 20,000 frames, twice, and check that its memory does not grow
	SOAK_FRAMES=20000 $(BIN)/python -m pytest tests/edge/faults/test_soak.py

test-camera: ## run unmodified picamera2 on virtual cameras in a root folder of Debian 13; as root
	tests/camera/run

test-trixie: ## run the edge's tests on Python 3.13 and the newest packages; as root if it is not there
	tests/trixie/run

test-home-assistant: $(INSTALLED) ## test with a real Home Assistant, an old and a new one; as root if no Python suits
	tests/home_assistant/run

test-pi: $(INSTALLED) ## install and test on Debian 12 and 13 for arm64, emulated (32 bits: only the arithmetic); as root
	tests/pi/run

check: $(INSTALLED) ## lint, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(INSTALLED) ## format the code
	$(BIN)/ruff format

architecture: $(INSTALLED) ## draw docs/architecture.svg from the imports
	$(BIN)/python -m docs.draw_architecture

bench: build/model.tflite build/original/model.keras build/sequences/sequences.json build/samples/samples.json ## run the benchmarks and write bench/RESULTS.md
	$(BIN)/python -m bench $(if $(PHOTOGRAPHS),--data $(call quoted,$(PHOTOGRAPHS))) \
	  $(if $(FACES),--faces $(call quoted,$(FACES)))

wheel: $(INSTALLED) ## build the wheel for the Pi, dist/
	$(BIN)/python -m build --wheel --outdir dist .

deb: wheel ## build the Debian packages for amd64 and arm64, dist/
	@for arch in amd64 arm64; do \
	  $(BIN)/python edge/packaging/build_deb $$arch "$$(ls -t dist/*.whl | head -n 1)" dist || exit; \
	done

# A folder for /addons of Home Assistant: its builder sees this folder alone, so the wheel is in it.
app: wheel ## assemble the app for Home Assistant, dist/home-assistant/
	rm -rf dist/home-assistant
	cp -r edge/packaging/home_assistant dist/home-assistant
	find dist/home-assistant '(' -name __pycache__ -o -name '.*' -o -name '*~' ')' -prune -exec rm -r {} +
	cat edge/packaging/Containerfile edge/packaging/Containerfile.app > $(HA_APP)/Dockerfile
	sed -zEf edge/packaging/without_links.sed CHANGELOG.md > $(HA_APP)/CHANGELOG.md
	cp "$$(ls -t dist/emotion_edge-*.whl | head -n 1)" $(HA_APP)/

# apt's numpy must stay, because picamera2 is compiled against it.
pi: ## on a Raspberry Pi: install into PI_PREFIX=/opt/emotion-edge; EXTRAS=video,webcam adds extras
	@system=$$(dpkg --print-architecture 2>/dev/null || uname -sm); \
	case $$system in arm64|amd64) ;; *) \
	  echo 'pi needs a 64-bit Raspberry Pi OS (or Debian), as the TFLite runtime does; this is' \
	    "$$system" >&2; exit 2 ;; \
	esac
	@! owner=$$(dpkg-query --search '$(PI_PREFIX)/pyvenv.cfg' 2>/dev/null) || { \
	  echo '$(PI_PREFIX) belongs to a Debian package, '"$${owner%%:*}"'. Remove it first, or add' \
	    'PI_PREFIX=/srv/emotion-edge' >&2; exit 2; }
	@$(if $(filter-out $(PI_EXTRAS),$(WANTED)),printf '%s\n' $(call quoted,EXTRAS=$(EXTRAS): the extras \
	  are $(PI_EXTRAS)) >&2; exit 2)
	$(SUDO) apt-get update -q
	@$(HAS_CAMERA) || $(NO_CAMERA)
	$(SUDO) apt-get install -qy --no-install-recommends $(PI_PACKAGES) \
	  $$($(HAS_CAMERA) && echo $(PI_CAMERA))
	$(SUDO) /usr/bin/python3 -m venv --system-site-packages '$(PI_PREFIX)'
	$(SUDO) '$(PI_PREFIX)/bin/pip' install --disable-pip-version-check \
	  '.[mqtt,metrics,web$(addprefix $(COMMA),$(WANTED))]' \
	  "$$(/usr/bin/python3 -c 'import numpy; print("numpy==" + numpy.__version__)')"
	@echo
	@echo 'Installed. Next, with your settings (docs/settings.md):'
	@echo '  $(PI_PREFIX)/bin/emotion-edge doctor'
	@echo '  sudo $(PI_PREFIX)/bin/emotion-edge install-service'
	@$(HAS_CAMERA) || $(NO_CAMERA)

release: check ## check, and build all files of a release: wheel, sdist, .deb, SBOM, checksums, dist/
	edge/packaging/release

clean: ## remove build/ and dist/ (not .venv/)
	rm -rf build dist

$(INSTALLED): pyproject.toml $(AGAIN)
	@train/set_up $(TENSORFLOW),all,tflite-runtime,dev $(call quoted,$(PYTHON))

build/sequences/sequences.json: | $(INSTALLED)
	$(BIN)/python -m train.sequences --out build/sequences

build/samples/samples.json: | $(INSTALLED)
	$(BIN)/python -m train.samples --out build/samples

# A fingerprint of what the model was trained with. `make train` trains again when it changes. It does
# not cover our own code: run `make clean` first to train with changed code.
build/.trained-with: FORCE | $(INSTALLED)
	@$(call fingerprint,$(DATA),--model $(MODEL) $(MODEL_FLAGS) $(SAME_FLAGS))

build/original/.trained-with: FORCE | $(INSTALLED)
	@$(call fingerprint,$(DATA),$(ORIGINAL))

build/.converted-with: FORCE | $(INSTALLED)
	@$(call fingerprint,,$(CONVERT_FLAGS))

# After Ctrl-C the model is up to date, but --resume goes on. If train refuses the settings, the former
# ones stay.
build/model.keras: $(TRAINED_WITH) $(if $(RESUME),FORCE) \
  | $(INSTALLED) $(if $(DATA),,build/samples/samples.json)
	@printf '%s\n' $(call setting,DATA,$(DATA)) $(call setting,MODEL,$(MODEL)) \
	  $(call setting,TRAIN_FLAGS,$(SAME_FLAGS)) > build/.settings.part
	@cp build/.settings build/.settings.former 2>/dev/null || : > build/.settings.former
	@mv build/.settings.part build/.settings
	$(TRAIN) $(if $(DATA),--data $(call quoted,$(DATA))) --model $(MODEL) $(MODEL_FLAGS) $(TRAIN_FLAGS) \
	  || { code=$$?; [ $$code != 2 ] || mv build/.settings.former build/.settings; exit $$code; }
	@rm build/.settings.former

build/original/model.keras: $(ORIGINAL_WITH) \
  | $(INSTALLED) $(if $(DATA),,build/samples/samples.json)
	$(TRAIN) --data $(call quoted,$(or $(DATA),build/samples)) --build build/original $(ORIGINAL)

build/model.tflite: build/model.keras build/.converted-with $(OUR_CODE) | $(INSTALLED)
	$(BIN)/python -m convert $(CONVERT_FLAGS)

build/original/model.tflite: build/original/model.keras $(OUR_CODE) | $(INSTALLED)
	$(BIN)/python -m convert --build build/original
