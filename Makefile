# fogsim: make demo (see it work), make check (run every test). Everything is built into build/.
#
#   make            build/fogsim, build/fogsim-bench   make install PREFIX=/usr/local
#   make deps       installs what is missing (apt)     make bench    speed, as ratios measured side by side
#   make check      all tests, as CI runs them         make check-long  what takes minutes
#   make bench-kernels  the kernels beside oneDNN, OpenBLAS and XNNPACK    make bench-simgrid  the same jobs through SimGrid
#   make bench-mpi      two ranks of fogsim-mpi beside one process
#   make bench-engine   the event set and the engine beside plain C, ns-3 and SimGrid
#   make kernels-arm64, kernels-armhf: a static fogsim-calibrate for boards    make check-arm  its tests, emulated

PREFIX  ?= /usr/local
CC      ?= cc
OPT     ?= -O2
B       ?= build

PACKAGES := build-essential pkg-config libgsl-dev libsqlite3-dev libcjson-dev libsodium-dev libglpk-dev gnuplot-nox \
            check sqlite3 python3 python3-jsonschema clang clang-format clang-tidy libonnx-dev libonnx-testdata protobuf-compiler \
            protobuf-c-compiler libprotobuf-c-dev man-db git valgrind libopenmpi-dev openmpi-bin libxml2-utils

# What only `make check` installs: a browser that opens the page of `fogsim report`, and what reads its prints.
CHECK_PACKAGES := chromium chromium-driver python3-selenium poppler-utils

# What only `make bench` and `make bench-kernels` install: rivals to measure against, no part of fogsim.
BENCH_PACKAGES := libdnnl-dev libopenblas-dev libxnnpack-dev libpthreadpool-dev libsimgrid-dev libns3-dev # xnnpack.h includes pthreadpool.h

LIBS     := gsl sqlite3 libcjson libsodium
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wno-missing-field-initializers -Werror
CPPFLAGS += -D_GNU_SOURCE -I. -I$(B)
CFLAGS   += -std=c11 $(OPT) -g $(WARN) -ffp-contract=off -MMD -MP $(SANITIZE) $(LIB_FLAGS)
ifndef ROOT # else see the boards below
LIB_FLAGS := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
LDLIBS   += $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lglpk -lm -lpthread # GLPK has no .pc file
TEST_LIBS := $(shell pkg-config --cflags --libs check libprotobuf-c 2>/dev/null)
ifneq ($(shell pkg-config --exists $(LIBS) 2>/dev/null && echo yes),yes)
ifeq ($(filter deps% demo check% bench bench-kernels bench-simgrid bench-slices bench-engine kernels-% clean,$(MAKECMDGOALS)),)
$(warning libraries are missing ($(LIBS)): run `make deps` first)
endif
endif

FOLDERS  := base kernels models sim algorithms $(patsubst %/,%,$(wildcard algorithms/*/)) results results/figure results/chrome results/pairs scenarios \
            cli cli/plugin cli/page cli/compare cli/sweep
SOURCES  := $(foreach f,$(FOLDERS),$(wildcard $(f)/*.c))
COMMANDS := $(patsubst cmd_%,%,$(basename $(notdir $(wildcard cli/cmd_*.c))))
SUITES   := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
BUNDLE   :=
else
# For a board (kernels-arm64): the libraries of another architecture, unpacked in ROOT; the one command, the
# data files that it reads inside the program, the suites that test what differs there.
LIB_FLAGS := -isystem $(ROOT)/usr/include -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
LDFLAGS  := -static
LDLIBS   := -L$(ROOT)/usr/lib/$(TARGET) -lgsl -lgslcblas -lcjson -lsodium -lm -lpthread
TEST_LIBS := -lcheck -lsubunit -lrt -lm -lpthread
COMMANDS := calibrate
SUITES   := kernels winograd bundle selftest
BUNDLE   := $(wildcard models/zoo/*.json scenarios/*.json scenarios/*/*.json)
FOLDERS  := base kernels models sim algorithms $(patsubst %/,%,$(wildcard algorithms/*/)) scenarios
# Nothing is simulated on a board: no exact optima, so no GLPK.
SOURCES  := $(filter-out algorithms/optimal%,$(foreach f,$(FOLDERS),$(wildcard $(f)/*.c))) cli/main.c cli/program.c cli/command.c cli/interrupt.c cli/self_test.c $(COMMANDS:%=cli/cmd_%.c)
endif
# fogsim-mpi: the same with the ranks of an MPI job as workers, where Open MPI is installed (docs/SCALING.md).
MPI := $(if $(ROOT),,$(firstword $(foreach m,ompi-c mpi-c,$(shell pkg-config --exists $(m) 2>/dev/null && echo $(m)))))
MPI_SOURCES := $(if $(MPI),$(wildcard cli/mpi/*.c))
MPI_OBJECTS := $(MPI_SOURCES:%.c=$(B)/%.o)
OBJECTS  := $(SOURCES:%.c=$(B)/%.o)
LIBRARY  := $(filter-out $(B)/cli/main.o,$(OBJECTS))
TESTS    := $(wildcard $(SUITES:%=tests/test_%.c) tests/fixture.c tests/bed.c tests/oracle.c $(if $(filter matching,$(SUITES)),tests/slow_matching.c) \
            $(if $(filter cli,$(SUITES)),tests/program.c)) tests/main.c
TESTS    += $(if $(filter queueing,$(SUITES)),$(filter-out tests/queueing/main.c,$(wildcard tests/queueing/*.c)))
BENCHES  := $(sort $(patsubst bench/%.c,$(B)/bench-%,$(wildcard bench/*.c)) $(B)/bench-kernels)
PEERS    := $(patsubst bench/engine/peers/%,$(B)/peer-%,$(basename $(wildcard bench/engine/peers/*.c bench/engine/peers/*.c[cp]*)))
GENERATED = $(B)/abi.inc $(B)/schemes.def $(B)/kernels.def $(B)/commands.def $(B)/schema.inc $(B)/views.inc $(B)/style.inc $(B)/bundle.inc $(B)/build.inc

.PHONY: all deps demo check check-long bench bench-simgrid bench-kernels bench-slices install clean layers format format-check tidy
.DELETE_ON_ERROR:
all: $(B)/fogsim $(B)/fogsim-bench $(if $(MPI),$(B)/fogsim-mpi)

$(B)/fogsim $(B)/fogsim-calibrate: $(OBJECTS)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/cli/mpi/%.o $(B)/tidy/cli/mpi/%.ok: EXTRA = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(MPI)))
$(B)/fogsim-mpi: $(filter-out $(B)/cli/sweep/crew_remote.o,$(LIBRARY)) $(MPI_OBJECTS)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(MPI)) $(LDLIBS)

# The timed kernels: one file per instruction set, each with the flags it needs. Fused multiply-add is what is measured.
$(B)/kernels/%.o: OPT := -O3 -fno-math-errno
TARGET := $(shell $(CC) -dumpmachine)
ifneq ($(filter x86_64-%,$(TARGET)),)
$(B)/kernels/tile_avx512.o: EXTRA := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx2 -mfma -ffp-contract=fast
$(B)/kernels/tile_avx2.o: EXTRA := -mavx2 -mfma -ffp-contract=fast
$(B)/kernels/int8_avx512.o: EXTRA := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx2
$(B)/kernels/int8_avx2.o: EXTRA := -mavx2
endif
$(B)/kernels/tile_sse2.o $(B)/kernels/tile_neon.o $(B)/kernels/tile_plain.o: EXTRA := -ffp-contract=fast
# 32-bit NEON has no denormals; gcc writes it for float only where that is allowed.
ifneq ($(filter arm%hf,$(TARGET)),)
$(B)/kernels/tile_neon.o: EXTRA := -mfpu=neon-vfpv4 -ffp-contract=fast -funsafe-math-optimizations
endif

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
	$(call list_to,SCHEME,$(filter-out registry,$(basename $(notdir $(filter $(wildcard algorithms/*.c),$(SOURCES))))))
$(B)/kernels.def: FORCE
	$(call list_to,KERNEL,$(patsubst op_%,%,$(basename $(notdir $(wildcard kernels/op_*.c)))))
$(B)/commands.def: FORCE
	$(call list_to,COMMAND,$(COMMANDS))
as_text = sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/'
$(B)/schema.inc $(B)/views.inc: $(B)/%.inc: results/%.sql
	@mkdir -p $(@D); $(as_text) $< >$@
$(B)/style.inc: results/page/style.css
	@mkdir -p $(@D); $(as_text) $< >$@
$(B)/bundle.inc: $(BUNDLE) Makefile
	@mkdir -p $(@D); for f in $(BUNDLE); do echo "{BUNDLE_ROOT \"/$$f\","; $(as_text) $$f; echo '},'; done >$@
# What a library of the user's includes, and what it may call; a change of these headers is another interface.
LIBRARY_HEADERS = $(shell $(CC) -MM -MG $(CPPFLAGS) $(LIB_FLAGS) algorithms/library.h | tr -d '\\' | tr ' ' '\n' | \
                    grep '\.h$$' | grep -v '^/')
$(B)/abi.inc: FORCE
	@mkdir -p $(@D); echo "#define FOGSIM_SCHEME_ABI $$(cat $(LIBRARY_HEADERS) | cksum | cut -d' ' -f1)u" >$@.new; \
	  cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(B)/fogsim $(B)/fogsim-mpi: LDFLAGS += $(if $(ROOT),,-Wl,--dynamic-list=cli/library.list)
$(B)/build.inc: FORCE
	@mkdir -p $(@D); { echo '#define BUILD_FLAGS "$(OPT) -O3 for kernels"'; \
	  echo "#define BUILD_COMMIT \"$$(git rev-parse --short=12 HEAD 2>/dev/null || echo none)\""; } >$@.new; \
	  cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:
$(B)/algorithms/registry.o: $(B)/schemes.def
$(B)/kernels/registry.o: $(B)/kernels.def
$(B)/cli/command.o: $(B)/commands.def
$(B)/results/schema.o: $(B)/schema.inc $(B)/views.inc
$(B)/cli/page/page.o: $(B)/style.inc
$(B)/base/bundle.o: $(B)/bundle.inc
$(B)/cli/cmd_calibrate.o: $(B)/build.inc

# Tests: one file, one suite; the list is made from the folder.
TEST_OBJECTS := $(TESTS:tests/%.c=$(B)/tests/%.o) $(if $(filter onnx,$(SUITES)),$(B)/onnx.pb-c.o)
$(B)/suites.def: FORCE
	$(call list_to,SUITE,$(SUITES))
$(B)/tests/main.o: $(B)/suites.def
$(B)/onnx.pb-c.c: /usr/include/onnx/onnx.proto
	@mkdir -p $(@D); protoc-c --proto_path=$(<D) --c_out=$(B) $<
$(B)/onnx.pb-c.o: $(B)/onnx.pb-c.c
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) -g $(SANITIZE) -c -o $@ $<
$(B)/tests/test_onnx.o $(B)/tests/test_int8.o: $(B)/onnx.pb-c.c
$(B)/test: $(TEST_OBJECTS) $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TEST_LIBS)

# Instructions of every kernel, counted by callgrind, against tests/instructions.tsv. Linked without debug information, which
# valgrind 3.19 cannot read when clang wrote it.
.PHONY: instructions instructions-update
$(B)/count: $(B)/tests/instructions/count.o $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--strip-debug -o $@ $^ $(LDLIBS)
instructions: $(B)/count
	@COUNT=$< sh tests/instructions.sh
instructions-update: $(B)/count
	@COUNT=$< sh tests/instructions.sh update

$(B)/fuzz: tests/fuzz/fuzz_json.c $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -DFUZZ_MAIN $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What is missing on a fresh Debian is installed by name; sudo where one is not root. A list of packages that
# cannot be read (a third party's) is no reason to stop.
define install_missing
	@missing=; for p in $(1); do \
	  dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -q '^installed' || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { sudo=; [ $$(id -u) = 0 ] || sudo=sudo; echo "installing:$$missing"; \
	  $$sudo apt-get update -qq; DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing || \
	  { echo "want these packages of Debian:$$missing; apt-get cannot install them" >&2; exit 1; }; }
endef
deps:
	$(call install_missing,$(PACKAGES))

# Variables are read before anything is installed, so what builds is a make of its own.
demo: deps
	@$(MAKE) --no-print-directory demo-run
check: deps
	$(call install_missing,$(CHECK_PACKAGES))
	@$(MAKE) --no-print-directory -j$(JOBS) check-static check-build
	@$(MAKE) --no-print-directory check-run
check-long: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory check-long-run
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

FIGURES := computation transmission total improvement layers utilization cdf network timeline
.PHONY: demo-run check-static check-build check-run check-plain check-long-run
demo-run:
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@mkdir -p $(B)/demo
	$(B)/fogsim run scenarios/jetson2.json --db $(B)/demo/jetson2.db
	@$(B)/fogsim run scenarios/jetson2.json --db $(B)/demo/timeline.db --set record=ops --set name=jetson2-ops \
	  --scheme dina --model alexnet --replications 1 --quiet
	@for f in $(filter-out timeline,$(FIGURES)); do for t in svg png; do \
	  $(B)/fogsim plot $(B)/demo/jetson2.db $$f -o $(B)/demo/$$f.$$t || exit 1; done; done
	@for t in svg png; do $(B)/fogsim plot $(B)/demo/timeline.db timeline -o $(B)/demo/timeline.$$t || exit 1; done
	@$(B)/fogsim report $(B)/demo/jetson2.db -o $(B)/demo/jetson2.html

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
check-static: layers format-check tidy
check-build: all $(B)/test $(B)/count
	@$(MAKE) --no-print-directory B=$(B)/asan OPT=-O1 SANITIZE="$(SAN)" $(B)/asan/fogsim $(B)/asan/test $(B)/asan/fuzz
# The suites take most of the time: as they are, and in parts under the sanitizers, all side by side, since half of it they wait
# (for programs, signals, ranks).
SANITIZED := 1 2 3
check-run:
	@$(MAKE) --no-print-directory -j4 --output-sync=target check-plain $(SANITIZED:%=check-sanitized-%)
	@$(MAKE) --no-print-directory check-arm
check-plain:
	CK_DEFAULT_TIMEOUT=120 $(B)/test # of tests that say none: hung, not slow
	@sh tests/golden.sh
	@$(MAKE) --no-print-directory instructions
	@FOGSIM=$(B)/fogsim /usr/bin/python3 tests/validate_scenarios.py
	@FOGSIM=$(B)/fogsim /usr/bin/python3 tests/report_browser.py
	@man -l --warnings docs/fogsim.1 2>&1 >/dev/null | (! grep .) && echo "man page: no warnings"
check-sanitized-%:
	@echo "--- part $* of $(words $(SANITIZED)) under AddressSanitizer and UndefinedBehaviorSanitizer"
	FOGSIM=$(B)/asan/fogsim CK_DEFAULT_TIMEOUT=300 ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 $(B)/asan/test $*/$(words $(SANITIZED))
	@[ $* != 1 ] || $(B)/asan/fuzz 2000 1
# For boards: build/arm64/fogsim-calibrate, build/armhf/fogsim-calibrate (docs/HACKING.md).
BOARDS       := arm64 armhf
TRIPLE_arm64 := aarch64-linux-gnu
TRIPLE_armhf := arm-linux-gnueabihf
BOARD_MAKE    = $(MAKE) --no-print-directory B=$(B)/$* CC=$(TRIPLE_$*)-gcc ROOT=$(B)/cross/$* TARGET=$(TRIPLE_$*)
BOARD_PACKAGES = gcc-$(TRIPLE_$(1)) libc6-dev-$(1)-cross
.PHONY: $(BOARDS:%=kernels-%) $(BOARDS:%=deps-%) $(BOARDS:%=check-%) check-arm
$(BOARDS:%=deps-%): deps-%:
	$(call install_missing,make dpkg-dev git $(call BOARD_PACKAGES,$*))
$(BOARDS:%=$(B)/cross/%): $(B)/cross/%: kernels/cross-libraries.sh | deps-%
	@echo "  libraries for $*"
	@sh $< $* $(TRIPLE_$*) $@.new && rm -rf $@ && mv $@.new $@ && touch $@
$(BOARDS:%=kernels-%): kernels-%: $(B)/cross/%
	+@$(BOARD_MAKE) $(B)/$*/fogsim-calibrate && echo "built $(B)/$*/fogsim-calibrate"
$(BOARDS:%=check-%): check-%: kernels-% $(B)/fogsim
	+@$(BOARD_MAKE) $(B)/$*/test
	@BUILD=$(B) sh tests/board.sh $* qemu-$(patsubst armhf,arm,$(patsubst arm64,aarch64,$*))-static
check-arm: deps # one apt at a time, then both at once
	$(call install_missing,make dpkg-dev git qemu-user-static $(foreach b,$(BOARDS),$(call BOARD_PACKAGES,$(b))))
	@$(MAKE) --no-print-directory -j$(JOBS) $(BOARDS:%=check-%)

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
FORMATTED = $(wildcard $(FOLDERS:%=%/*.[ch]) cli/mpi/*.[ch] kernels/*.inc tests/*.[ch] tests/queueing/*.[ch] tests/fuzz/*.c tests/instructions/*.c bench/*.c bench/*/*.[ch] \
            bench/*/*/*.[ch])
format:
	clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run --Werror $(FORMATTED) && echo "formatted"
TIDY = $(patsubst %.c,$(B)/tidy/%.ok,$(SOURCES) $(MPI_SOURCES))
tidy: $(TIDY)
	@echo "clang-tidy: no findings in $(words $(TIDY)) files"
$(B)/tidy/%.ok: %.c .clang-tidy | $(GENERATED)
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(CPPFLAGS) -std=c11 $(shell pkg-config --cflags $(LIBS)) $(EXTRA) 2>/dev/null && touch $@

bench bench-kernels bench-simgrid bench-engine: PACKAGES += $(BENCH_PACKAGES)
bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BENCHES)
	@for b in $(BENCHES); do echo "--- $$b"; $$b || exit 1; done
	@$(MAKE) --no-print-directory bench-engine-run
bench-kernels: deps
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/bench-kernels
	@$(B)/bench-kernels $(ARGS)
bench-slices: deps
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/bench-slices
	@$(B)/bench-slices
$(B)/bench-matching: $(B)/tests/slow_matching.o # judges what it times
$(B)/bench-%: $(B)/bench/%.o $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Two ranks beside one process; takes an idle machine and minutes.
.PHONY: bench-mpi
bench-mpi: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@B=$(B) bash bench/mpi.sh $(ARGS)

# The libraries it compares with stand before GSL, whose BLAS has functions of the same names.
KERNEL_BENCH := $(patsubst %.c,$(B)/%.o,$(wildcard bench/kernels/*.c))
BENCH_LIBS = $(shell pkg-config --libs openblas) -ldnnl -lXNNPACK -ldl
$(B)/bench/kernels/%.o: OPT := -O3
$(B)/bench/kernels/%.o: EXTRA = -ffp-contract=fast $(shell pkg-config --cflags openblas)
$(B)/bench-kernels: $(KERNEL_BENCH) $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(BENCH_LIBS) $(LDLIBS)

# The same jobs through SimGrid; the last run is kept for docs/VALIDATION.md.
SIMGRID_BENCH := $(patsubst %.c,$(B)/%.o,$(wildcard bench/simgrid/*.c))
$(B)/bench-simgrid: $(SIMGRID_BENCH) $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lsimgrid $(LDLIBS)
bench-simgrid: deps
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/bench-simgrid
	@$(B)/bench-simgrid >$(B)/simgrid.json && cp $(B)/simgrid.json docs/simgrid.json && cat docs/simgrid.json
# The event set and the engine, and rivals that simulate the same. A rival whose library is missing is said to be and left out.
ENGINE_BENCH := $(patsubst %.c,$(B)/%.o,$(wildcard bench/engine/*.c))
.PHONY: bench-engine bench-engine-run
$(B)/fogsim-bench: $(ENGINE_BENCH) $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(PEERS): bench/engine/peers/peer.h
$(B)/peer-%: bench/engine/peers/%.c
	@echo "  cc $<"
	@$(CC) $(CPPFLAGS) -std=c11 $(WARN) -O2 -g -o $@ $< -lm
$(B)/peer-simgrid: bench/engine/peers/simgrid.cpp
	@echo "  c++ $<"
	@$(CXX) $(CPPFLAGS) -std=c++17 -O2 -g -o $@ $< -lsimgrid || echo "  without SimGrid: want libsimgrid-dev"
$(B)/peer-ns3: bench/engine/peers/ns3.cc
	@echo "  c++ $<"
	@$(CXX) $(CPPFLAGS) -std=c++17 -O2 -g -o $@ $< $$(pkg-config --cflags --libs ns3-core) || echo "  without ns-3: want libns3-dev"
bench-engine: deps
	@$(MAKE) --no-print-directory bench-engine-run
bench-engine-run:
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/fogsim-bench $(PEERS)
	@/usr/bin/python3 bench/engine/peers.py $(B) $(ARGS)

SHARE = $(DESTDIR)$(PREFIX)/share/fogsim
INCLUDE = $(DESTDIR)$(PREFIX)/include/fogsim
.PHONY: install-headers
install: all install-headers
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(SHARE)/models/zoo $(SHARE)/kernels/profiles \
	  $(SHARE)/results/plots $(SHARE)/scenarios/devices $(SHARE)/scenarios/protocols $(SHARE)/scenarios/hadidi $(SHARE)/docs
	install -m 755 $(B)/fogsim $(if $(MPI),$(B)/fogsim-mpi) $(DESTDIR)$(PREFIX)/bin
	install -m 644 docs/fogsim.1 $(DESTDIR)$(PREFIX)/share/man/man1/fogsim.1
	install -m 644 models/zoo/*.json $(SHARE)/models/zoo
	install -m 644 kernels/profiles/*.json $(SHARE)/kernels/profiles
	install -m 644 results/plots/* $(SHARE)/results/plots
	install -m 644 scenarios/*.json $(SHARE)/scenarios
	install -m 644 scenarios/hadidi/*.json $(SHARE)/scenarios/hadidi
	install -m 644 scenarios/devices/*.json $(SHARE)/scenarios/devices
	install -m 644 scenarios/protocols/*.json $(SHARE)/scenarios/protocols
	install -m 644 docs/scenario.schema.json docs/[A-Z]*.md docs/*.svg $(SHARE)/docs
	for d in ci models plugins scaling; do install -d $(SHARE)/docs/$$d && \
	  install -m 644 docs/$$d/* $(SHARE)/docs/$$d || exit 1; done
# What a scheme in a library of the user's own is compiled with (docs/PLUGINS.md).
install-headers: $(B)/abi.inc
	for f in $(LIBRARY_HEADERS); do install -D -m 644 $$f $(INCLUDE)/$$f || exit 1; done
	install -m 644 $(B)/abi.inc $(INCLUDE)/abi.inc
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	printf 'Name: fogsim\nDescription: headers for schemes in shared objects\nVersion: %s\nCflags: -I%s\n' \
	  "$$(sed -n 's/.*FOGSIM_VERSION "\(.*\)"/\1/p' cli/version.h)" $(PREFIX)/include/fogsim >$(DESTDIR)$(PREFIX)/lib/pkgconfig/fogsim.pc

# Queueing theory: systems with closed forms run on the engine (tests/queueing/); JSON, one object a line.
QUEUEING := $(patsubst %.c,$(B)/%.o,$(wildcard tests/queueing/*.c))
$(B)/queueing: $(QUEUEING) $(LIBRARY)
	@echo "  ld $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Published figures beside ours; after a change of results.
# Names and options of schemes, from the program into schema and documentation.
.PHONY: scheme-options
scheme-options: all
	/usr/bin/python3 docs/scheme_options.py

.PHONY: validation
validation: all $(B)/queueing
	/usr/bin/python3 docs/validation.py

clean:
	rm -rf $(B)

-include $(OBJECTS:.o=.d) $(MPI_OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(B)/tests/instructions/count.d $(KERNEL_BENCH:.o=.d) $(QUEUEING:.o=.d) $(SIMGRID_BENCH:.o=.d) \
  $(ENGINE_BENCH:.o=.d)
