#!/usr/bin/env python3
"""docs/plugins/greedy.py made worse on purpose: the whole task to the second best candidate where there are two.

What `fogsim compare` has to catch: tests/test_compare.c, docs/CI.md.
"""
import json
import sys


def plan(task):
    ranked = sorted(task["candidates"], key=lambda candidate: candidate[1] + candidate[2])
    if not ranked:
        return {"task": task["task"], "local": True}
    return {"task": task["task"], "node": ranked[min(1, len(ranked) - 1)][0]}


for line in sys.stdin:
    request = json.loads(line)
    answer = {"type": request["type"]}
    if request["type"] == "hello":
        answer.update(protocol=1, batch="task")
    else:
        answer["id"] = request["id"]
    if request["type"] == "plan":
        answer["plans"] = [plan(task) for task in request["tasks"]]
    print(json.dumps(answer), flush=True)
