// scenarios/range.h: the values that one key takes in a sweep, as a user writes them.
//
//   4,8,"text",true,[1,2],10 Mbit/s   values, apart by commas outside quotes and brackets: JSON, or
//                                     else plain text, as --set takes them
//   2..16  2..16+2  2..16x2           whole numbers; by steps of 2; by factors of 2
//   0..1/11  1..1000/4log             11 values in equal steps, 4 in equal ratios, both ends among
//                                     them
//   10..100/4log Mbit/s               a unit behind a range goes to each value
//   0.5..2  1..1000log  1..9log ms    with latin: a span, from which numbers are drawn
// A list may hold single values and ranges. Numbers of ranges are written with 12 digits, and that
// text is the value: what results say is what was run.
#ifndef FOGSIM_SCENARIOS_RANGE_H
#define FOGSIM_SCENARIOS_RANGE_H

#include "base/json.h"

enum { RANGE_MOST_VALUES = 100000 };

struct range {
    const char **texts;       // [count] behind "KEY=" of a --set
    const char **jsons;       // [count] the same as JSON: 4, "10 Mbit/s"
    uint32_t     count, room; // count 0: a span; room is private
    bool         is_log;      // of a span, as all that follows: even in the logarithm
    double       low, high;
    const char  *unit; // "" or " Mbit/s"
};

// false: e says "WHERE: want ..., have ...". Asked to, takes a span for what it is, else "2..16"
// are whole numbers. O(length and values).
MUST_USE bool range_read(struct range *out, struct arena *a, const char *text, bool takes_span,
                         const char *where, struct err *e);

// A JSON list, whose values are what they are: no ranges.
MUST_USE bool range_read_list(struct range *out, struct arena *a, const cJSON *list,
                              const char *where, struct err *e);

// The number at `u`, from 0 (low) to 1 (high), of a span, as one more value of `values`.
void range_draw(const struct range *span, double u, struct arena *a, struct range *values);

#endif
