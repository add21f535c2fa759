# The front door. `make` builds build/keelson, one static stripped binary, and build/keelson.debug.
# Targets: all run test test-asan bench fuzz size install clean.

BUILD = build
JOBS = $(shell nproc)
SECONDS = 60
PREFIX = /usr
DESTDIR =

CMAKE = cmake -S . -G Ninja --log-level=WARNING
NINJA = cmake --build

all: $(BUILD)/keelson

$(BUILD)/build.ninja:
	@tests/install_packages build
	@$(CMAKE) -B $(BUILD)

# Always asked: ninja knows best what is out of date.
$(BUILD)/keelson: $(BUILD)/build.ninja FORCE
	@$(NINJA) $(BUILD) -j $(JOBS) --target keelson

.PHONY: all run test test-asan bench fuzz size install clean FORCE
