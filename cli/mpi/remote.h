// cli/mpi/remote.h: workers of a crew that are ranks of an MPI job (cli/sweep/crew.h: crew_remote).
//
// Rank 0 is the first process; it may send and take only. A message is a piece of work, a chunk of
// an answer, or a farewell; messages of two processes keep their order (MPI 3.1, 3.5), so no more
// than a tag is needed to tell them apart. Nobody waits inside MPI: Open MPI polls while it waits,
// which costs a core, so all look for messages (MPI_Iprobe) and sleep in between.
#ifndef FOGSIM_CLI_MPI_REMOTE_H
#define FOGSIM_CLI_MPI_REMOTE_H

// Between MPI_Init and all else. The rank.
int remote_begin(void);

// The last thing before MPI_Finalize, whatever came before: rank 0 sends the others home, takes
// what they still have to say, and tells them how it ended. Returns the code of rank 0, for every
// rank.
int remote_leave(int code);

#endif
