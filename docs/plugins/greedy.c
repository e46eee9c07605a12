/* The scheme `greedy` as a program in C: the whole task to the candidate with the least estimated total time.
 *
 *     cc -O2 -o greedy docs/plugins/greedy.c -lcjson
 *     fogsim run jetson2 --scheme-command ./greedy
 *
 * One line in, one line out; docs/PLUGINS.md has every field. A candidate is [node, seconds alone, backlog in
 * seconds]; of equal ones the first counts, as fogsim lists them by node.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

static double at(const cJSON *list, int index)
{
    return cJSON_GetArrayItem(list, index)->valuedouble;
}

static cJSON *plan(const cJSON *task)
{
    const cJSON *candidate, *best = NULL;
    double       best_s = 0;
    cJSON_ArrayForEach(candidate, cJSON_GetObjectItem(task, "candidates"))
    {
        double total_s = at(candidate, 1) + at(candidate, 2);
        if (best && total_s >= best_s) continue;
        best = candidate;
        best_s = total_s;
    }
    cJSON *out = cJSON_CreateObject();
    cJSON_AddNumberToObject(out, "task", cJSON_GetObjectItem(task, "task")->valuedouble);
    if (best)
        cJSON_AddNumberToObject(out, "node", at(best, 0));
    else
        cJSON_AddTrueToObject(out, "local");
    return out;
}

static cJSON *answer(const cJSON *request)
{
    const cJSON *type = cJSON_GetObjectItem(request, "type"), *id = cJSON_GetObjectItem(request, "id"), *task;
    cJSON       *out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "type", type->valuestring);
    if (id)
        cJSON_AddNumberToObject(out, "id", id->valuedouble);
    else
        cJSON_AddNumberToObject(out, "protocol", 1); /* to hello */
    const cJSON *tasks = cJSON_GetObjectItem(request, "tasks");
    if (!tasks) return out;
    cJSON *plans = cJSON_AddArrayToObject(out, "plans");
    cJSON_ArrayForEach(task, tasks) cJSON_AddItemToArray(plans, plan(task));
    return out;
}

int main(void)
{
    char  *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        cJSON *request = cJSON_Parse(line);
        if (!request) return 1;
        cJSON *out = answer(request);
        char  *text = cJSON_PrintUnformatted(out);
        if (puts(text) < 0 || fflush(stdout)) return 1;
        free(text);
        cJSON_Delete(out);
        cJSON_Delete(request);
    }
    free(line);
    return 0;
}
