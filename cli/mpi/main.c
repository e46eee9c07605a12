// cli/mpi/main.c: the program fogsim-mpi: the command sweep over the ranks of an MPI job.
//
// Every rank reads the same arguments and files, and comes to the same end; rank 0 alone speaks,
// and decides what a signal means. Of Ctrl-C mpirun makes a SIGTERM to every rank, and kills those
// that are still there a while later; SIGUSR1 it passes on and does no more, so this is another way
// to end a sweep after the runs under way.
#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cli/mpi/remote.h"
#include "cli/program.h"

// A rank that is not to speak. What the C library says of a failed assertion is still heard.
static FILE *silence(void)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (!freopen("/dev/null", "w", stdout) || !nowhere) MPI_Abort(MPI_COMM_WORLD, 1);
    return nowhere;
}

static void do_nothing(int signal)
{
    (void)signal;
}

static void end_it(int signal)
{
    (void)signal;
    raise(SIGTERM); // which interrupt_catch takes, once work has begun
}

// Handlers, since SIG_IGN would be inherited by the programs that a worker starts.
static void share_signals(bool is_first)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    for (size_t i = 0; !is_first && i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    action = (struct sigaction){.sa_handler = end_it, .sa_flags = SA_RESTART};
    if (is_first) sigaction(SIGUSR1, &action, NULL);
}

// Open MPI reads a neighbour's memory where the kernel lets it, and in a container, where it does
// not, takes what it did not get for the message. Answers are small: they are copied.
static void mistrust_shared_memory(void)
{
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
}

int main(int argc, char **argv)
{
    mistrust_shared_memory();
    MPI_Init(&argc, &argv);
    int rank = remote_begin();
    share_signals(rank == 0);
    struct program sweep = {"fogsim-mpi", "sweep", rank ? silence() : stderr};
    int            code = remote_leave(program_main(&sweep, argc, argv));
    MPI_Finalize();
    return code;
}
