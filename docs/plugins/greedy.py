#!/usr/bin/env python3
"""The scheme `greedy` as a program: the whole task to the candidate with the least estimated total time.

    fogsim run jetson2 --scheme-command "python3 docs/plugins/greedy.py"

One line in, one line out; docs/PLUGINS.md has every field. A candidate is [node, seconds alone, backlog in seconds];
of equal ones the first counts, as fogsim lists them by node. Python 3.6 or later, no packages.
"""
import json
import sys


def plan(task):
    best, best_s = None, None
    for node, alone_s, backlog_s in task["candidates"]:
        if best is None or alone_s + backlog_s < best_s:
            best, best_s = node, alone_s + backlog_s
    return {"task": task["task"], "local": True} if best is None else {"task": task["task"], "node": best}


def answer(request):
    if request["type"] == "hello":
        # batch "task": each task sees what the one before it left behind, as greedy does.
        return {"type": "hello", "protocol": 1, "batch": "task"}
    if request["type"] == "plan":
        return {"type": "plan", "id": request["id"], "plans": [plan(task) for task in request["tasks"]]}
    return {"type": request["type"], "id": request["id"]}  # end


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), separators=(",", ":")), flush=True)
