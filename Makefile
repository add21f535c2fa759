# The front door. CMakeLists.txt has the targets; this installs what is missing and calls it.
#   make            build/keelson, one static stripped binary, and build/keelson.debug
#   make run        watch it work, on a private copy of this machine's files
#   make test       everything that can be checked; test-asan: the unit tests under ASan and UBSan
#   make bench      the figures of docs/PERFORMANCE.md; make size: the bytes of each part
#   make fuzz SECONDS=60   each fuzzer for that long
#   make install    DESTDIR= PREFIX=/usr/local; one link for each applet; pages; completion

BUILD := build
JOBS := $(shell nproc 2>/dev/null || echo 2)
SECONDS := 60
PREFIX := /usr/local
DESTDIR :=
BIN := $(DESTDIR)$(PREFIX)/sbin
SHARE := $(DESTDIR)$(PREFIX)/share

CONFIGURE = cmake -S . -G Ninja --log-level=WARNING
COMPILE = cmake --build
ENVIRONMENT = KEELSON=$(abspath $(BUILD))/keelson BUILD=$(abspath $(BUILD))

all: keelson

# Always asked: ninja knows best what is out of date.
keelson:
	@tests/install_packages build
	@[ -f $(BUILD)/build.ninja ] || $(CONFIGURE) -B $(BUILD)
	@$(COMPILE) $(BUILD) -j $(JOBS) --target keelson

run: keelson
	@tests/install_packages run
	@$(ENVIRONMENT) tests/demo/run.sh

test: keelson
	@tests/install_packages test
	@$(COMPILE) $(BUILD) -j $(JOBS) --target keelson_tests
	@$(ENVIRONMENT) tests/run

test-asan:
	@tests/install_packages build test
	@[ -f $(BUILD)/asan/build.ninja ] || $(CONFIGURE) -B $(BUILD)/asan -DKEELSON_BUILD=sanitize
	@$(COMPILE) $(BUILD)/asan -j $(JOBS) --target keelson_tests
	@$(ENVIRONMENT) tests/run --unit $(BUILD)/asan/keelson_tests

bench: keelson
	@tests/install_packages test
	@$(COMPILE) $(BUILD) -j $(JOBS) --target benches
	@$(ENVIRONMENT) tests/bench/run

fuzz:
	@tests/install_packages build test
	@BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) tests/fuzz/run -max_total_time=$(SECONDS)

size: keelson
	@tests/install_packages run
	@tests/size $(BUILD)

install: keelson
	install -d $(BIN) $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions
	install -m 755 $(BUILD)/keelson $(BIN)/keelson
	$(BIN)/keelson --install $(BIN)
	for page in docs/*.[1-8]; do \
	  install -D -m 644 $$page $(SHARE)/man/man$${page##*.}/$${page##*/} || exit 1; done
	$(BIN)/keelson --completion bash >$(SHARE)/bash-completion/completions/keelson
	$(BIN)/keelson --completion zsh >$(SHARE)/zsh/site-functions/_keelson

clean:
	rm -rf $(BUILD)

.PHONY: all keelson run test test-asan bench fuzz size install clean
