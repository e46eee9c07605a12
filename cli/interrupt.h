// cli/interrupt.h: Ctrl-C, SIGTERM and a terminal that closes, for commands that take long.
#ifndef FOGSIM_CLI_INTERRUPT_H
#define FOGSIM_CLI_INTERRUPT_H

// From now on the first signal sets the number that the result points to; a second one kills.
// Under nohup SIGHUP stays without effect.
const volatile int *interrupt_catch(void);

// The same number, without catching anything.
const volatile int *interrupt_flag(void);

#endif
