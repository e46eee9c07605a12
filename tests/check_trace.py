#!/usr/bin/python3
"""Checks a file of `fogsim trace` against the Trace Event Format and, given a database, against its rows.

usage: check_trace.py TRACE.json [DB [FROM TO]]

Knows nothing of how the file was made: times are read as decimals and compared as whole ns; nesting, flows,
asynchronous slices, lanes and counters are worked out again from the format's rules and from the tables.
Prints what it counted; exit status 1 and the first faults if there are any.
"""
import collections
import decimal
import json
import sqlite3
import sys

faults = []


def fault(text, event=None):
    faults.append(text + (": " + json.dumps(event, default=str)[:300] if event else ""))


def want(condition, text, event=None):
    if not condition:
        fault(text, event)
    return condition


def ns(value):
    """Microseconds of the file as ns; the file is to have no finer ones."""
    scaled = decimal.Decimal(value) * 1000
    want(scaled == int(scaled), "a time finer than a ns: %s" % value)
    return int(scaled)


def row_ns(seconds):
    return None if seconds is None else round(decimal.Decimal(seconds) * 1000000000)


NEEDS = {  # beyond ph, name, pid, tid
    "X": ["ts", "dur"], "i": ["ts", "s"], "b": ["ts", "cat", "id"], "e": ["ts", "cat", "id"],
    "s": ["ts", "cat", "id"], "f": ["ts", "cat", "id", "bp"], "C": ["ts", "args"], "M": ["args"],
}


def check_fields(event):
    phase = event.get("ph")
    if not want(phase in NEEDS, "a phase that is not of this file", event):
        return
    for key in ["name", "pid", "tid"] + NEEDS[phase]:
        want(key in event, "no field " + key, event)
    want(isinstance(event.get("name"), str) and event["name"], "want a name", event)
    for key in ("pid", "tid"):
        want(isinstance(event.get(key), int) and 0 < event[key] < 2**31, "want a small positive " + key, event)
    if phase != "M":
        want(ns(event["ts"]) >= 0, "a negative time", event)
    if phase == "X":
        want(ns(event["dur"]) >= 0, "a negative duration", event)
    if phase == "i":
        want(event["s"] in ("t", "p", "g"), "want a scope t, p or g", event)
    if phase == "f":
        want(event["bp"] == "e", "want bp e", event)
    if phase == "C":
        want(event["args"] and all(isinstance(v, (int, decimal.Decimal)) and v >= 0 for v in event["args"].values()),
             "want numbers from 0 in a counter", event)
    if phase == "M":
        key = "sort_index" if event["name"].endswith("sort_index") else "name"
        want(key in event["args"], "want args." + key, event)


def check_names(events):
    processes, threads = {}, {}
    for e in events:
        if e["ph"] == "M" and e["name"] == "process_name":
            want(e["pid"] not in processes, "a process named twice", e)
            processes[e["pid"]] = e["args"]["name"]
        if e["ph"] == "M" and e["name"] == "thread_name":
            want(e["tid"] not in threads, "a thread number used twice", e)
            threads[e["tid"]] = (e["pid"], e["args"]["name"])
    want(len(set(processes.values())) == len(processes), "two processes of one name")
    want(len(set(threads.values())) == len(threads), "two threads of one name in a process")
    want(not set(processes) & set(threads), "a thread with the number of a process: it would be its main thread")
    for e in events:
        want(e["pid"] in processes, "no name for the process", e)
        if e["ph"] in "Xi":
            want(threads.get(e["tid"], (0,))[0] == e["pid"], "no name for the thread", e)
    return processes, threads


def check_nesting(events):
    """Slices of a thread nest or are apart; returns them by thread, sorted."""
    tracks = collections.defaultdict(list)
    for e in events:
        if e["ph"] == "X":
            tracks[e["tid"]].append((ns(e["ts"]), ns(e["ts"]) + ns(e["dur"]), e))
    for slices in tracks.values():
        slices.sort(key=lambda s: (s[0], -s[1]))
        around = []
        for begin, end, e in slices:
            while around and around[-1] <= begin:
                around.pop()
            want(not around or end <= around[-1], "a slice that overlaps another on its track", e)
            around.append(end)
    return tracks


def check_flows(events, tracks):
    """Returns pairs (slice left, slice reached)."""
    ends = collections.defaultdict(dict)
    for e in events:
        if e["ph"] in "sf":
            key = (e["cat"], e["name"], e["id"])
            want(e["ph"] not in ends[key], "a flow with two ends of one kind", e)
            ends[key][e["ph"]] = e
    by_instant = collections.defaultdict(list)
    for tid, slices in tracks.items():
        for b, end, e in slices:
            by_instant[tid, b].append(e)
            by_instant[tid, end - 1].append(e)
    pairs = []
    for key, both in ends.items():
        if not want(len(both) == 2, "a flow with one end", next(iter(both.values()))):
            continue
        s, f = both["s"], both["f"]
        want(ns(s["ts"]) <= ns(f["ts"]), "a flow that goes back in time", s)
        left = [e for e in by_instant[s["tid"], ns(s["ts"])] if ns(e["ts"]) <= ns(s["ts"])]
        reached = [e for e in by_instant[f["tid"], ns(f["ts"])] if ns(e["ts"]) == ns(f["ts"])]
        if want(left, "a flow that leaves no slice", s) and want(reached, "a flow that reaches no slice", f):
            pairs.append((left, reached))
    return pairs


def check_async(events):
    """Returns the outermost slices: {id: (begin, end, event)}."""
    stacks, found = collections.defaultdict(list), {}
    ordered = sorted((e for e in events if e["ph"] in "be"), key=lambda e: ns(e["ts"]))  # stable
    for e in ordered:
        key = (e["cat"], e["id"], e["pid"])
        if e["ph"] == "b":
            stacks[key].append(e)
            continue
        if not want(stacks[key], "an end without a begin", e):
            continue
        b = stacks[key].pop()
        want(b["name"] == e["name"], "an end of another name than its begin", e)
        if not stacks[key]:
            want(e["id"] not in found, "two slices of one task", e)
            found[e["id"]] = (ns(b["ts"]), ns(e["ts"]), b)
    for stack in stacks.values():
        want(not stack, "a begin without an end", stack and stack[0])
    return found


def most_at_once(spans):
    """The lanes that are needed: the most that overlap; what takes no time needs one if others go on around it."""
    most = 1 if spans else 0
    changes = sorted([(b, 1) for b, e in spans if e > b] + [(e, -1) for b, e in spans if e > b])
    now = 0
    for _, step in changes:
        now += step
        most = max(most, now)
    for at in [b for b, e in spans if e == b]:
        most = max(most, 1 + sum(1 for b, e in spans if b < at < e))
    return most


def lane_place(name):
    head, _, rank = name.rpartition(" #")
    return head if head and rank.isdigit() else name


def check_rows(events, processes, threads, tracks, flows, tasks, db, run, first, last):
    db.row_factory = sqlite3.Row
    kinds = {r["node"]: r["kind"] for r in db.execute("SELECT node, kind FROM node WHERE run_id = ?", (run,))}
    ops = {(r["task_id"], r["op"]): r for r in db.execute(
        "SELECT * FROM op WHERE run_id = ? AND task_id BETWEEN ? AND ?", (run, first, last))
        if not (r["kind"] == "delay" and r["start_s"] == r["finish_s"])}
    layers = {(r["task_id"], r["layer"]): r["name"] for r in db.execute(
        "SELECT task_id, layer, name FROM layer WHERE run_id = ? AND task_id BETWEEN ? AND ?", (run, first, last))}
    drawn, lanes, spans = set(), collections.defaultdict(set), collections.defaultdict(list)
    for e in (e for e in events if e["ph"] == "X"):
        key = (e["args"]["task"], e["args"]["op"])
        if not want(key in ops and key not in drawn, "a slice that is no operation, or one again", e):
            continue
        drawn.add(key)
        o, (pid, name) = ops[key], threads[e["tid"]]
        place = (o["from_node"] + " → " + o["to_node"] if o["kind"] == "transfer" else
                 o["from_node"] + (", edge delay" if o["kind"] == "delay" else ""))
        kind = "links" if o["kind"] == "transfer" else kinds.get(o["from_node"], "other") + " nodes"
        want(lane_place(name) == place, "on the track of another place, want " + place, e)
        want(processes[pid] == kind, "in another process, want " + kind, e)
        want(ns(e["ts"]) == row_ns(o["start_s"]), "another start than the row's", e)
        want(ns(e["ts"]) + ns(e["dur"]) == row_ns(o["finish_s"]), "another end than the row's", e)
        want(layers.get((o["task_id"], o["layer"]), "") in e["name"], "without its layer's name", e)
        for arg, column in (("kind", "kind"), ("layer", "layer"), ("axis", "axis"), ("begin", "begin"), ("end", "end")):
            want(e["args"].get(arg) == o[column], "another %s than the row's" % arg, e)
        want(float(e["args"]["bytes"]) == o["bytes"], "other bytes than the row's", e)
        want(row_ns(e["args"]["waiting_s"]) == row_ns(o["start_s"]) - row_ns(o["ready_s"]), "another wait", e)
        lanes[place].add(e["tid"])
        spans[place].append((row_ns(o["start_s"]), row_ns(o["finish_s"])))
    ended = {k for k, o in ops.items() if o["finish_s"] is not None}
    want(drawn == ended, "%d operations ended, %d slices" % (len(ended), len(drawn)))
    cut = sum(1 for o in ops.values() if o["finish_s"] is None and o["ready_s"] is not None)
    seen = sum(1 for e in events if e["ph"] == "i" and "op" in e["args"])
    want(cut == seen, "%d operations were cut off, %d instants" % (cut, seen))
    for place in spans:
        need = most_at_once(spans[place])
        want(len(lanes[place]) == need, "%s: %d lanes, want %d" % (place, len(lanes[place]), need))
    check_row_flows(flows, ops)
    check_row_tasks(tasks, db, run, first, last)
    check_waiting(events, ops)


def check_row_flows(flows, ops):
    """What is reached became ready when what was left ended, and it says so; all have one that can have one."""
    reached = set()
    for left, right in flows:
        fits = [(a, b) for a in left for b in right if a["args"]["task"] == b["args"]["task"]
                and b["args"].get("after_op") == a["args"]["op"]]
        if not want(fits, "a flow between operations that say nothing of it", right[0]):
            continue
        a, b = fits[0]
        before, after = (ops[x["args"]["task"], x["args"]["op"]] for x in (a, b))
        want(before["finish_s"] == after["ready_s"] and before["op"] < after["op"], "a flow of no cause", b)
        reached.add((after["task_id"], after["op"]))
    ends = collections.defaultdict(list)
    for o in ops.values():
        if o["finish_s"] is not None:
            ends[o["task_id"], o["finish_s"]].append(o["op"])
    for key, o in ops.items():
        if o["finish_s"] is None:
            continue
        possible = any(op < o["op"] for op in ends.get((o["task_id"], o["ready_s"]), []))
        want(possible == (key in reached), "operation %s %s a flow" % (key, "without" if possible else "with"))


def check_row_tasks(tasks, db, run, first, last):
    rows = {r["task_id"]: r for r in db.execute(
        "SELECT * FROM task WHERE run_id = ? AND task_id BETWEEN ? AND ? AND finished_s IS NOT NULL",
        (run, first, last))}
    want(set(rows) == set(tasks), "%d tasks finished, %d slices" % (len(rows), len(tasks)))
    for task, (begin, end, e) in tasks.items():
        r = rows.get(task)
        if r is not None:
            want((begin, end) == (row_ns(r["arrived_s"]), row_ns(r["finished_s"])), "other times than the task's", e)
            want(e["name"] == r["user"] and e["args"]["model"] == r["model"], "another task", e)


def check_waiting(events, ops):
    """The counters of what waits, worked out again from the rows."""
    changes = collections.defaultdict(lambda: collections.Counter())
    for o in ops.values():
        if o["start_s"] is None or o["start_s"] <= o["ready_s"]:
            continue
        place = (o["from_node"] + " → " + o["to_node"] if o["kind"] == "transfer" else
                 o["from_node"] + (", edge delay" if o["kind"] == "delay" else ""))
        changes[place + ": operations waiting"][row_ns(o["ready_s"])] += 1
        changes[place + ": operations waiting"][row_ns(o["start_s"])] -= 1
    expected = {}
    for name, by_time in changes.items():
        level = 0
        for at in sorted(by_time):
            level += by_time[at]
            if by_time[at]:
                expected[name, at] = level
    found = {(e["name"], ns(e["ts"])): e["args"]["waiting"] for e in events
             if e["ph"] == "C" and e["name"].endswith(": operations waiting")}
    want(found == expected, "other counters of waiting than the rows give: %d, want %d" % (len(found), len(expected)))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file, parse_float=decimal.Decimal)
    want(isinstance(document, dict) and document.get("displayTimeUnit") in ("ms", "ns"), "want displayTimeUnit")
    events = document["traceEvents"]
    for e in events:
        check_fields(e)
    if not faults:
        processes, threads = check_names(events)
        tracks = check_nesting(events)
        flows = check_flows(events, tracks)
        tasks = check_async(events)
        if len(sys.argv) > 2:
            first, last = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (0, 2**62)
            db = sqlite3.connect(sys.argv[2])
            check_rows(events, processes, threads, tracks, flows, tasks, db, int(document["otherData"]["run_id"]),
                       first, last)
    for text in faults[:20]:
        print(sys.argv[1] + ": " + text, file=sys.stderr)
    print(dict(collections.Counter(e.get("ph") for e in events)), len(faults), "faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
