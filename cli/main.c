// cli/main.c: the program fogsim, or that of one command.
#include "cli/program.h"

int main(int argc, char **argv)
{
    const struct program all = {.name = "fogsim", .err = stderr};
    return program_main(&all, argc, argv);
}
