// cli/self_test.h: `calibrate --self-test`: every kernel against its reference on every instruction
// set, a line each.
#ifndef FOGSIM_CLI_SELF_TEST_H
#define FOGSIM_CLI_SELF_TEST_H

#include "cli/command.h"

// With the option `isa` on that one alone. EXIT_FAILED: one differs.
enum exit_code self_test(const struct arguments *args, struct err *e);

#endif
