// cli/version.h: the version of the program, recorded with every run.
#ifndef FOGSIM_CLI_VERSION_H
#define FOGSIM_CLI_VERSION_H

#define FOGSIM_VERSION "0.1.0"

#endif
