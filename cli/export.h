// cli/export.h: the rows of a report for programs: JSON and CSV, to stdout.
#ifndef FOGSIM_CLI_EXPORT_H
#define FOGSIM_CLI_EXPORT_H

#include "cli/gather.h"

void export_json(const struct study *study, const struct result_row *rows, uint32_t count);
void export_csv(const struct result_row *rows, uint32_t count);

#endif
