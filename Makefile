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
            check sqlite3 python3 python3-jsonschema clang-format clang-tidy libonnx-dev libonnx-testdata protobuf-compiler \
            protobuf-c-compiler libprotobuf-c-dev man-db git

LIBS     := gsl sqlite3 libcjson libsodium
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
CPPFLAGS += -D_GNU_SOURCE -I. -I$(B)
CFLAGS   += -std=c11 $(OPT) -g $(WARN) -ffp-contract=off -MMD -MP $(SANITIZE) $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
LDLIBS   += $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm -lpthread

FOLDERS  := base kernels models sim algorithms algorithms/common results scenarios cli
SOURCES  := $(foreach f,$(FOLDERS),$(wildcard $(f)/*.c))
OBJECTS  := $(SOURCES:%.c=$(B)/%.o)
LIBRARY  := $(filter-out $(B)/cli/main.o,$(OBJECTS))
TESTS    := $(wildcard tests/*.c)
BENCHES  := $(patsubst bench/%.c,$(B)/bench-%,$(wildcard bench/*.c))
GENERATED := $(B)/schemes.def $(B)/kernels.def $(B)/commands.def $(B)/schema.inc $(B)/build.inc

.PHONY: all deps demo check check-fast check-long bench install clean layers format format-check tidy sanitize
.DELETE_ON_ERROR:
all: $(B)/fogsim

$(B)/fogsim: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The timed kernels: one file per instruction set, each with the flags it needs. Fused multiply-add is what is measured.
$(B)/kernels/%.o: OPT := -O3
ifneq ($(filter x86_64 amd64,$(shell uname -m)),)
$(B)/kernels/tile_avx512.o: EXTRA := -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx2 -mfma -ffp-contract=fast
$(B)/kernels/tile_avx2.o: EXTRA := -mavx2 -mfma -ffp-contract=fast
endif
$(B)/kernels/tile_sse2.o: EXTRA := -ffp-contract=fast

$(B)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(EXTRA) -c -o $@ $<

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
