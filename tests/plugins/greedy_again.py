#!/usr/bin/env python3
"""docs/plugins/greedy.py written anew, the same choices: a class, and min() with a key for the loop.

What `fogsim compare` must not take for a change: tests/test_compare.c, docs/CI.md.
"""
import json
import sys


class Greedy:
    def hello(self, _request):
        return {"protocol": 1, "batch": "task"}

    def plan(self, request):
        return {"id": request["id"], "plans": [dict(self.choose(t), task=t["task"]) for t in request["tasks"]]}

    def end(self, request):
        return {"id": request["id"]}

    @staticmethod
    def choose(task):
        if not task["candidates"]:
            return {"local": True}
        node, _alone_s, _backlog_s = min(task["candidates"], key=lambda c: c[1] + c[2])  # min() keeps the first
        return {"node": node}


def main():
    scheme = Greedy()
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(scheme, request["type"])(request)
        print(json.dumps({"type": request["type"], **answer}), flush=True)


main()
