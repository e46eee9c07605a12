// cli/mpi/main.c: the program fogsim-mpi: the command sweep over the ranks of an MPI job.
//
// Every rank reads the same arguments and files, and comes to the same end; rank 0 alone speaks.
#include <mpi.h>

#include "cli/mpi/remote.h"
#include "cli/program.h"

// A rank that is not to speak. What the C library says of a failed assertion is still heard.
static FILE *silence(void)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (!freopen("/dev/null", "w", stdout) || !nowhere) MPI_Abort(MPI_COMM_WORLD, 1);
    return nowhere;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int            rank = remote_begin();
    struct program sweep = {"fogsim-mpi", "sweep", rank ? silence() : stderr};
    int            code = remote_leave(program_main(&sweep, argc, argv));
    MPI_Finalize();
    return code;
}
