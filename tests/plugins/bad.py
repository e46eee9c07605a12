#!/usr/bin/env python3
"""A scheme's program that misbehaves: bad.py HOW [REQUEST]: well until that plan request (from 0), then so.

What stands for HOW is a key of HOWS below, or the JSON of one task's plan with TASK for its number.
"""
import json
import os
import signal
import sys
import time

how, when = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
seen = -1
is_first = not os.path.exists("pid")
with open("pid", "w") as file:
    file.write("%d" % os.getpid())


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def raw(data):
    os.write(1, data)


def hang():
    time.sleep(1000)


def write_much(text):
    try:
        for _ in range(17):
            sys.stdout.write(text * (1 << 20))
        sys.stdout.flush()
    except BrokenPipeError:  # it was enough before the last of it
        hang()


def plans(request, plan):
    listed = [dict(plan, task=task["task"]) for task in request["tasks"]]
    return json.dumps({"type": "plan", "id": request["id"], "plans": listed})


def well(request):
    if request["type"] == "plan":
        say(plans(request, {"node": 1}))
    elif request["type"] == "hello":
        say('{"type":"hello","protocol":1}')
    else:
        say(json.dumps({"type": request["type"], "id": request["id"]}))


HOWS = {
    "dies": lambda r: sys.exit(3),
    "is-killed": lambda r: os.kill(os.getpid(), signal.SIGSEGV),
    "hangs": lambda r: hang(),
    "half": lambda r: (raw(b'{"type":"plan",'), hang()),
    "nonsense": lambda r: say("what is this?"),
    "empty": lambda r: say(""),
    "list": lambda r: say("[1, 2]"),
    "long": lambda r: (write_much("x"), hang()),
    "deep": lambda r: say("[" * 100000),
    "bytes": lambda r: raw(b'{"type":"pl\xff\xfean"}\n'),
    "nul": lambda r: raw(b'{"type":"pl\0an"}\n'),
    "two": lambda r: (well(r), well(r)),
    "two-at-once": lambda r: raw((plans(r, {"node": 1}) + "\n" + plans(r, {"node": 1}) + "\n").encode()),
    "more-later": lambda r: (well(r), time.sleep(0.3), say("still here")),
    "closes-output": lambda r: (os.close(1), hang()),
    "closes-input": lambda r: (os.close(0), well(r), hang()),
    "floods": lambda r: (sys.stderr.write("x" * 300000 + "\n"), well(r)),
    "wrong-id": lambda r: say('{"type":"plan","id":0,"plans":[]}'),
    "wrong-type": lambda r: say('{"type":"associate","id":%d,"matches":[]}' % r["id"]),
    "no-type": lambda r: say('{"id":%d}' % r["id"]),
    "more-keys": lambda r: say('{"type":"plan","id":%d,"plan":[],"plans":[]}' % r["id"]),
    "twice": lambda r: say('{"type":"plan","type":"plan","id":%d}' % r["id"]),
    "missing": lambda r: say('{"type":"plan","id":%d,"plans":[]}' % r["id"]),
    "no-plans": lambda r: say('{"type":"plan","id":%d}' % r["id"]),
    "unknown-task": lambda r: say('{"type":"plan","id":%d,"plans":[{"task":77,"node":1}]}' % r["id"]),
    "nan": lambda r: say('{"type":"plan","id":%d,"plans":[{"task":NaN,"node":1}]}' % r["id"]),
}


def same_task_twice(request):
    listed = [{"task": request["tasks"][0]["task"], "node": 1} for _ in request["tasks"]]
    say(json.dumps({"type": "plan", "id": request["id"], "plans": listed}))


def children(parent):
    """How many processes, zombies too, are the children of a process."""
    count = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as stat:
                count += int(stat.read().rsplit(")", 1)[1].split()[1]) == parent
        except OSError:
            pass  # it has ended meanwhile
    return count


def uneven(request):
    """Answers in reverse order; every second task of a request stays with its user."""
    listed = [{"task": t["task"], "node": 3} if i % 2 == 0 else {"task": t["task"], "local": True}
              for i, t in enumerate(request["tasks"])]
    say(json.dumps({"type": "plan", "id": request["id"], "plans": listed[::-1]}))


def answer(request):
    global seen
    if request["type"] == "plan":
        seen += 1
        if seen == when and how in HOWS:
            HOWS[how](request)
            return
        if seen == when and how.startswith("{"):
            plan = how.replace("TASK", str(request["tasks"][0]["task"]))
            say('{"type":"plan","id":%d,"plans":[%s]}' % (request["id"], plan))
            return
        if how == "same-task-twice":
            same_task_twice(request)
            return
    if request["type"] == "hello" and how in ("batches", "same-task-twice", "uneven"):
        say('{"type":"hello","protocol":1,"batch":"instant"}')
    elif request["type"] == "hello" and how == "protocol-2":
        say('{"type":"hello","protocol":2}')
    elif request["type"] == "hello" and how == "hangs-at-hello":
        hang()
    elif request["type"] == "end" and how == "hangs-at-end":
        say('{"type":"end","id":%d}' % request["id"])
        hang()
    elif request["type"] == "end" and how == "fails-at-end":
        say('{"type":"end","id":%d}' % request["id"])
        sys.exit(5)
    elif request["type"] == "end" and how == "bad-metric":
        say('{"type":"end","id":%d,"metrics":{"a b":1}}' % request["id"])
    elif request["type"] == "plan" and how == "uneven":
        uneven(request)
    elif request["type"] == "plan" and how == "dies-in-second" and seen == when and not is_first:
        sys.exit(3)
    elif request["type"] == "hello" and how == "matches":
        say('{"type":"hello","protocol":1,"associate":true}')
    elif request["type"] == "associate":
        matches = [{"user": u["user"], "fog": u["candidates"][0][0], "utility_user": 2.5} for u in request["users"]]
        say(json.dumps({"type": "associate", "id": request["id"], "matches": matches[::-1]}))
    elif request["type"] == "end" and how == "siblings":
        say('{"type":"end","id":%d,"metrics":{"siblings":%d}}' % (request["id"], children(os.getppid())))
    elif request["type"] == "end" and how in ("metrics", "batches"):
        say('{"type":"end","id":%d,"metrics":{"asked":%d}}' % (request["id"], seen + 1))
    else:
        well(request)


if how == "first":
    say("hello, I am a scheme")
if how == "with-child":
    import subprocess
    child = subprocess.Popen(["sleep", "1000"])
    with open("pid2", "w") as file:
        file.write("%d" % child.pid)
    how = "hangs"
for line in sys.stdin:
    answer(json.loads(line))
