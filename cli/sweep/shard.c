#include "cli/sweep/shard.h"

#include <ctype.h>
#include <stdlib.h>

static const char *read_number(const char *text, unsigned long *out)
{
    char *end = (char *)text;
    *out = 0;
    if (isdigit((unsigned char)*text)) *out = strtoul(text, &end, 10);
    return end;
}

bool shard_read(struct shard *out, const struct arguments *args, struct err *e)
{
    const char   *text = option_value(args, "shard", "1/1");
    unsigned long index, count = 0;
    const char   *end = read_number(text, &index);
    if (*end == '/') end = read_number(end + 1, &count);
    if (*end || index < 1 || index > count || count > VARY_MOST_POINTS)
        return err_add(e, "--shard: want I/N, I from 1 to N, N up to %d, have \"%.40s\"",
                       VARY_MOST_POINTS, text);
    *out = (struct shard){(uint32_t)index, (uint32_t)count};
    return true;
}

struct shard_size shard_size(struct shard s, const struct sweep *sweep)
{
    struct shard_size size = {0};
    for (uint32_t p = 0; p < sweep->vary.count; p++) size.points += shard_has(s, p);
    for (uint32_t c = 0; c < sweep->cell_count; c++)
        if (shard_has(s, sweep->cells[c].point)) size.runs += sweep->cells[c].replications;
    return size;
}

void shard_leave_others(struct shard s, struct sweep_queue *q)
{
    const struct sweep *sweep = q->sweep;
    for (uint32_t c = 0; c < sweep->cell_count; c++) {
        const struct sweep_cell *cell = &sweep->cells[c];
        for (uint32_t r = 0; r < cell->replications && !shard_has(s, cell->point); r++)
            sweep_queue_leave(q, cell->first_run + r, SWEEP_DONE);
    }
}
