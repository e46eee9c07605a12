#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile int interrupted;

static void on_signal(int signal)
{
    (void)signal;
    interrupted = 1;
}

const volatile int *interrupt_flag(void)
{
    return &interrupted;
}

const volatile int *interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    return &interrupted;
}
