// cli/report.h: the table that `fogsim run` prints for people.
#ifndef FOGSIM_CLI_REPORT_H
#define FOGSIM_CLI_REPORT_H

#include "cli/gather.h"

void report_table(const struct study *study, const struct result_row *rows, uint32_t count);

// What tasks can be sent to: "fog", "cloud", "fog and cloud".
const char *report_servers(const struct scenario *s);

#endif
