#!/usr/bin/env python3
"""The scheme `greedy` as a program: the whole task to the candidate with the least estimated total time.

    fogsim run jetson2 --scheme-command "python3 docs/plugins/greedy.py"

One line in, one line out; docs/PLUGINS.md has every field. A candidate is [node, seconds alone, backlog in seconds];
of equal ones the first counts, as fogsim lists them by node. Python 3.6 or later, no packages.

    greedy.py instant    asks for all tasks of an instant at once, and counts itself what its plans add to the backlogs:
                         fewer requests, and the same choices up to rounding
"""
import json
import sys

batch = sys.argv[1] if len(sys.argv) > 1 else "task"
groups, work_s = [], {}  # work_s[class, user's group, group]: what a whole task adds to the backlog of a node


def group_of(node):
    return next(i for i, g in enumerate(groups) if g["first"] <= node < g["first"] + g["count"])


def hello(request):
    groups.extend(request["groups"])
    for number, model in enumerate(request["classes"]):
        for a in model["alone"]:
            seconds = (a["execution_s"] + a["loading_s"]) / groups[a["group"]]["servers"]
            work_s[number, a["user_group"], a["group"]] = seconds
    return {"type": "hello", "protocol": 1, "batch": batch}


def plan(task, added_s):
    best, best_s = None, None
    for node, alone_s, backlog_s in task["candidates"]:
        total_s = alone_s + backlog_s + added_s.get(node, 0)
        if best is None or total_s < best_s:
            best, best_s = node, total_s
    if best is None:
        return {"task": task["task"], "local": True}
    if batch == "instant":
        work = work_s[task["class"], group_of(task["user"]), group_of(best)]
        added_s[best] = added_s.get(best, 0) + work
    return {"task": task["task"], "node": best}


def answer(request):
    if request["type"] == "hello":
        return hello(request)
    if request["type"] == "plan":
        added_s = {}
        return {"type": "plan", "id": request["id"], "plans": [plan(task, added_s) for task in request["tasks"]]}
    return {"type": request["type"], "id": request["id"]}  # end


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), separators=(",", ":")), flush=True)
