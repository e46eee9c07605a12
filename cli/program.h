// cli/program.h: a program over the table of commands: finds the command, checks its arguments,
// prints its errors, gives the code to exit with.
//
// A program whose table has one command is that command: `fogsim-calibrate` for `fogsim calibrate`.
// Another may offer one of many, and has it as its first word: `fogsim-mpi sweep`.
#ifndef FOGSIM_CLI_PROGRAM_H
#define FOGSIM_CLI_PROGRAM_H

#include <stdio.h>

struct program {
    const char *name;
    const char *only; // the one command that it offers; NULL: all
    FILE       *err;  // where faults are told
};

// `argv` as main has it. Returns an enum exit_code.
int program_main(const struct program *p, int argc, char **argv);

#endif
