#include "algorithms/optimal/exact.h"

#include <math.h>
#include <string.h>

#include "algorithms/optimal/program.h"

enum answer { ANSWER_FOUND, ANSWER_NONE, ANSWER_LIMIT };

// The least that an open branch may still come to; told by the solver as it goes.
static void note_bound(glp_tree *tree, void *bound)
{
    int best = glp_ios_best_node(tree);
    if (best) *(double *)bound = fmax(*(double *)bound, glp_ios_node_bound(tree, best));
}

// *bound: what no solution is below, in the program's unit; where there is a limit, so far.
static enum answer solve(struct program *g, double left_s, double *bound)
{
    glp_iocp how;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.presolve = GLP_ON;
    how.tol_int = 1e-7;
    how.tm_lim = left_s * 1e3 < 1e9 ? (int)(left_s * 1e3) : 1000000000;
    how.cb_func = note_bound;
    how.cb_info = bound;
    *bound = 0;
    int code = glp_intopt(g->lp, &how);
    if (code == GLP_ENOPFS || (!code && glp_mip_status(g->lp) == GLP_NOFEAS)) return ANSWER_NONE;
    if (code || glp_mip_status(g->lp) != GLP_OPT) return ANSWER_LIMIT;
    *bound = glp_mip_obj_val(g->lp);
    return ANSWER_FOUND;
}

static void read_choices(const struct program *g, uint32_t *choice_of)
{
    for (uint32_t s = 0; s < g->steps; s++) {
        choice_of[s] = 0;
        for (uint32_t c = 1; c < g->x->count; c++)
            if (glp_mip_col_val(g->lp, program_choice(g, s, c)) >
                glp_mip_col_val(g->lp, program_choice(g, s, choice_of[s])))
                choice_of[s] = c;
    }
}

// One choice for all steps: what the search begins with.
static bool best_of_one(const struct split_problem *p, const struct splits *x,
                        struct arena *scratch, struct exact_solution *out)
{
    uint32_t  steps = p->v->graph->step_count;
    uint32_t *choice_of = ARENA_ARRAY(scratch, uint32_t, steps);
    out->latency_ns = NS_END;
    for (uint32_t c = 0; c < x->count; c++) {
        for (uint32_t s = 0; s < steps; s++) choice_of[s] = c;
        sim_ns span = splits_plan_ns(p, x, choice_of, scratch);
        if (span >= out->latency_ns) continue;
        out->latency_ns = span;
        memcpy(out->choice_of, choice_of, steps * sizeof *choice_of);
    }
    return out->latency_ns < NS_END;
}

// Times the program's solution; the best so far is kept.
static void try_solution(struct program *g, struct arena *scratch, struct exact_solution *out)
{
    uint32_t *choice_of = ARENA_ARRAY(g->a, uint32_t, g->steps);
    read_choices(g, choice_of);
    sim_ns span = splits_plan_ns(g->p, g->x, choice_of, scratch);
    if (span < out->latency_ns) {
        out->latency_ns = span;
        memcpy(out->choice_of, choice_of, g->steps * sizeof *choice_of);
    }
    program_forbid(g, choice_of);
}

// Until no choice is left that could be better.
static void search(struct program *g, const struct exact_effort *effort, struct arena *scratch,
                   struct exact_solution *out)
{
    double start = glp_time();
    while (out->solves < effort->solves) {
        double left_s = effort->time_limit_s - glp_difftime(glp_time(), start), bound;
        double enough = (double)out->latency_ns * (1 - EXACT_TOLERANCE) / g->unit_ns;
        glp_set_col_bnds(g->lp, g->latency, GLP_DB, 0, enough);
        if (left_s <= 0) break;
        out->solves++;
        enum answer answer = solve(g, left_s, &bound);
        if (answer == ANSWER_NONE) {
            out->bound_ns = (double)out->latency_ns;
            return;
        }
        // Above what is enough there was nothing to find.
        out->bound_ns = fmax(out->bound_ns, fmin(bound, enough) * g->unit_ns);
        if (answer == ANSWER_FOUND || glp_mip_status(g->lp) == GLP_FEAS)
            try_solution(g, scratch, out);
        if (answer == ANSWER_LIMIT) break;
    }
    out->is_limited = true;
}

bool exact_solve(const struct split_problem *p, const struct splits *x,
                 const struct exact_effort *effort, struct arena *a, struct arena *scratch,
                 struct exact_solution *out)
{
    struct program g;
    *out = (struct exact_solution){.choice_of = ARENA_ARRAY(a, uint32_t, p->v->graph->step_count)};
    if (!best_of_one(p, x, scratch, out)) return false;
    if (out->latency_ns == 0) return true;
    glp_term_out(GLP_OFF);
    program_make(&g, p, x, (double)out->latency_ns, scratch);
    search(&g, effort, scratch, out);
    glp_delete_prob(g.lp);
    return true;
}

void exact_free(void)
{
    glp_free_env();
}
