# fogsim: make demo (see it work), make check (run every test). Everything is built into build/.
#
#   make            build/fogsim                       make install PREFIX=/usr/local
#   make deps       installs what is missing (apt)     make bench    speed, as ratios measured side by side
#   make check      all tests, as CI runs them         make check-long  what takes minutes

PREFIX  ?= /usr/local
CC      ?= cc
OPT     ?= -O2
B       ?= build

PACKAGES := build-essential pkg-config libgsl-dev libsqlite3-dev libcjson-dev libsodium-dev gnuplot-nox \
            check sqlite3 python3 python3-jsonschema clang clang-format clang-tidy libonnx-dev libonnx-testdata protobuf-compiler \
            protobuf-c-compiler libprotobuf-c-dev man-db git

LIBS     := gsl sqlite3 libcjson libsodium
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wno-missing-field-initializers -Werror
CPPFLAGS += -D_GNU_SOURCE -I. -I$(B)
CFLAGS   += -std=c11 $(OPT) -g $(WARN) -ffp-contract=off -MMD -MP $(SANITIZE) $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
ifneq ($(shell pkg-config --exists $(LIBS) 2>/dev/null && echo yes),yes)
ifeq ($(filter deps demo check check-long bench clean,$(MAKECMDGOALS)),)
$(warning libraries are missing ($(LIBS)): run `make deps` first)
endif
endif
LDLIBS   += $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm -lpthread

FOLDERS  := base kernels models sim algorithms algorithms/common results scenarios cli
SOURCES  := $(foreach f,$(FOLDERS),$(wildcard $(f)/*.c))
OBJECTS  := $(SOURCES:%.c=$(B)/%.o)
LIBRARY  := $(filter-out $(B)/cli/main.o,$(OBJECTS))
TESTS    := $(wildcard tests/*.c)
BENCHES  := $(patsubst bench/%.c,$(B)/bench-%,$(wildcard bench/*.c))
GENERATED = $(B)/schemes.def $(B)/kernels.def $(B)/commands.def $(B)/schema.inc $(B)/build.inc

.PHONY: all deps demo check check-fast check-long bench install clean layers format format-check tidy sanitize
.DELETE_ON_ERROR:
all: $(B)/fogsim

$(B)/fogsim: $(OBJECTS)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The timed kernels: one file per instruction set, each with the flags it needs. Fused multiply-add is what is measured.
$(B)/kernels/%.o: OPT := -O3 -fno-math-errno
ifneq ($(filter x86_64 amd64,$(shell uname -m)),)
$(B)/kernels/tile_avx512.o: EXTRA := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx2 -mfma -ffp-contract=fast
$(B)/kernels/tile_avx2.o: EXTRA := -mavx2 -mfma -ffp-contract=fast
endif
$(B)/kernels/tile_sse2.o: EXTRA := -ffp-contract=fast

$(B)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(EXTRA) -c -o $@ $<

# Tables made from folders: adding a file is the whole of adding a scheme, a kernel, a command. The list is
# written only when it changes.
define list_to
	@mkdir -p $(@D); printf '$(1)(%s)\n' $(sort $(2)) >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@
endef
$(B)/schemes.def: FORCE
	$(call list_to,SCHEME,$(filter-out registry,$(basename $(notdir $(wildcard algorithms/*.c)))))
$(B)/kernels.def: FORCE
	$(call list_to,KERNEL,$(patsubst op_%,%,$(basename $(notdir $(wildcard kernels/op_*.c)))))
$(B)/commands.def: FORCE
	$(call list_to,COMMAND,$(patsubst cmd_%,%,$(basename $(notdir $(wildcard cli/cmd_*.c)))))
$(B)/schema.inc: results/schema.sql
	@mkdir -p $(@D); sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@
$(B)/build.inc: FORCE
	@mkdir -p $(@D); { echo '#define BUILD_FLAGS "$(OPT) -O3 for kernels"'; \
	  echo "#define BUILD_COMMIT \"$$(git rev-parse --short=12 HEAD 2>/dev/null || echo none)\""; } >$@.new; \
	  cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:
$(B)/algorithms/registry.o: $(B)/schemes.def
$(B)/kernels/registry.o: $(B)/kernels.def
$(B)/cli/command.o: $(B)/commands.def
$(B)/results/schema.o: $(B)/schema.inc
$(B)/cli/cmd_calibrate.o: $(B)/build.inc

# Tests: one file, one suite; the list is made from the folder.
SUITES := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
TEST_OBJECTS := $(TESTS:tests/%.c=$(B)/tests/%.o)
TEST_LIBS := $(shell pkg-config --cflags --libs check libprotobuf-c 2>/dev/null)
$(B)/suites.def: FORCE
	$(call list_to,SUITE,$(SUITES))
$(B)/tests/main.o: $(B)/suites.def
$(B)/onnx.pb-c.c: /usr/include/onnx/onnx.proto
	@mkdir -p $(@D); protoc-c --proto_path=$(<D) --c_out=$(B) $<
$(B)/onnx.pb-c.o: $(B)/onnx.pb-c.c
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) -g $(SANITIZE) -c -o $@ $<
$(B)/tests/test_onnx.o: $(B)/onnx.pb-c.c
$(B)/test: $(TEST_OBJECTS) $(B)/onnx.pb-c.o $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TEST_LIBS)

$(B)/fuzz: tests/fuzz/fuzz_json.c $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -DFUZZ_MAIN $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What is missing on a fresh Debian is installed by name; sudo where one is not root.
deps:
	@missing=; for p in $(PACKAGES); do \
	  dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -q '^installed' || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { sudo=; [ $$(id -u) = 0 ] || sudo=sudo; echo "installing:$$missing"; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; }

# Variables are read before anything is installed, so what builds is a make of its own.
demo: deps
	@$(MAKE) --no-print-directory demo-run
check: deps
	@$(MAKE) --no-print-directory -j$(JOBS) check-static check-build
	@$(MAKE) --no-print-directory check-run
check-long: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory check-long-run
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

FIGURES := computation transmission total improvement layers utilization timeline
.PHONY: demo-run check-static check-build check-run check-long-run
demo-run:
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@mkdir -p $(B)/demo
	$(B)/fogsim run scenarios/jetson2.json --db $(B)/demo/jetson2.db
	@$(B)/fogsim run scenarios/jetson2.json --db $(B)/demo/timeline.db --set record=ops --set name=jetson2-ops \
	  --scheme dina --model alexnet --replications 1 --quiet
	@for f in $(filter-out timeline,$(FIGURES)); do for t in svg png; do \
	  $(B)/fogsim plot $(B)/demo/jetson2.db $$f -o $(B)/demo/$$f.$$t || exit 1; done; done
	@for t in svg png; do $(B)/fogsim plot $(B)/demo/timeline.db timeline -o $(B)/demo/timeline.$$t || exit 1; done

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
check-static: layers format-check tidy
check-build: all $(B)/test
	@$(MAKE) --no-print-directory B=$(B)/asan OPT=-O1 SANITIZE="$(SAN)" $(B)/asan/fogsim $(B)/asan/test $(B)/asan/fuzz
check-run:
	$(B)/test
	@sh tests/golden.sh
	@FOGSIM=$(B)/fogsim /usr/bin/python3 tests/validate_scenarios.py
	@man -l --warnings docs/fogsim.1 2>&1 >/dev/null | (! grep .) && echo "man page: no warnings"
	@echo "--- the same under AddressSanitizer and UndefinedBehaviorSanitizer"
	FOGSIM=$(B)/asan/fogsim ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 $(B)/asan/test
	$(B)/asan/fuzz 2000 1
# What takes minutes: other compilers and optimisations give the same rows; the suites under clang.
check-long-run:
	@$(MAKE) --no-print-directory -j$(JOBS) B=$(B)/o0 OPT=-O0 $(B)/o0/fogsim
	@$(MAKE) --no-print-directory -j$(JOBS) B=$(B)/o3 OPT=-O3 $(B)/o3/fogsim
	@$(MAKE) --no-print-directory -j$(JOBS) B=$(B)/clang CC=clang $(B)/clang/fogsim $(B)/clang/test
	@sh tests/same_rows.sh $(B)/fogsim $(B)/o0/fogsim $(B)/o3/fogsim $(B)/clang/fogsim
	FOGSIM=$(B)/clang/fogsim $(B)/clang/test
	@$(MAKE) --no-print-directory -j$(JOBS) B=$(B)/asan OPT=-O1 SANITIZE="$(SAN)" $(B)/asan/fuzz
	$(B)/asan/fuzz 30000 2
layers:
	@sh tests/layers.sh && echo "includes point one way"
FORMATTED = $(wildcard $(FOLDERS:%=%/*.[ch]) tests/*.[ch] tests/fuzz/*.c bench/*.c)
format:
	clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run --Werror $(FORMATTED) && echo "formatted"
TIDY = $(SOURCES:%.c=$(B)/tidy/%.ok)
tidy: $(TIDY)
	@echo "clang-tidy: no findings in $(words $(TIDY)) files"
$(B)/tidy/%.ok: %.c .clang-tidy | $(GENERATED)
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(CPPFLAGS) -std=c11 $(shell pkg-config --cflags $(LIBS)) $(EXTRA) 2>/dev/null && touch $@

bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BENCHES)
	@for b in $(BENCHES); do echo "--- $$b"; $$b || exit 1; done
$(B)/bench-%: $(B)/bench/%.o $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

SHARE = $(DESTDIR)$(PREFIX)/share/fogsim
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(SHARE)/models/zoo $(SHARE)/kernels/profiles \
	  $(SHARE)/results/plots $(SHARE)/scenarios/devices $(SHARE)/scenarios/protocols $(SHARE)/docs
	install -m 755 $(B)/fogsim $(DESTDIR)$(PREFIX)/bin/fogsim
	install -m 644 docs/fogsim.1 $(DESTDIR)$(PREFIX)/share/man/man1/fogsim.1
	install -m 644 models/zoo/*.json $(SHARE)/models/zoo
	install -m 644 kernels/profiles/*.json $(SHARE)/kernels/profiles
	install -m 644 results/plots/* $(SHARE)/results/plots
	install -m 644 scenarios/*.json $(SHARE)/scenarios
	install -m 644 scenarios/devices/*.json $(SHARE)/scenarios/devices
	install -m 644 scenarios/protocols/*.json $(SHARE)/scenarios/protocols
	install -m 644 docs/scenario.schema.json $(SHARE)/docs

# Published figures beside ours; after a change of results.
.PHONY: validation
validation: all
	/usr/bin/python3 docs/validation.py

clean:
	rm -rf $(B)

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d)
