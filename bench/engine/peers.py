#!/usr/bin/env python3
"""fogsim's engine beside programs that simulate the same: tasks per second, medians and ratios.

    bench/engine/peers.py BUILD [--rounds N] [--seconds S] [--users U,U,...] [--seed S] [--json FILE]

Each round runs every program once for each number of users, in an order shuffled anew, pinned to one
core. A program gets as many tasks as take it about --seconds, but at least 50 for each user, so that
the empty start does not weigh. What is compared is tasks per second of processor time (all are single
threads): on a busy machine the wall clock measures the neighbours. The ratio is the median over the
rounds of fogsim's figure divided by the rival's. A rival that is not built is said to be missing.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys

PEERS = {  # file beside fogsim-bench -> where it comes from
    "peer-plain_recursion": "a C compiler",
    "peer-plain_heap": "a C compiler",
    "peer-ns3": "libns3-dev",
    "peer-simgrid": "libsimgrid-dev",
}


def commands(build):
    """Name -> command for (users, tasks, seed)."""
    bench = str(build / "fogsim-bench")

    def fogsim(*more):
        return lambda u, n, s: [bench, "engine", "--users", str(u), "--tasks", str(n), "--seed", str(s), *more]

    found = {"fogsim": fogsim(), "fogsim, every event": fogsim("--events")}
    for name, package in PEERS.items():
        path = build / name
        if path.exists():
            found[name.removeprefix("peer-")] = lambda u, n, s, p=str(path): [p, str(u), str(n), str(s)]
        else:
            print(f"without {name}: want {package}")
    return found


def run(command, core):
    """The JSON object of the last line."""
    done = subprocess.run(["taskset", "-c", str(core), *command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    row = json.loads(done.stdout.strip().splitlines()[-1])
    row["tasks_per_cpu_s"] = row["tasks"] / row["cpu_s"]
    return row


def size(make, users, args, core):
    """As many tasks as take about args.seconds."""
    trial = run(make(users, max(20000, 2 * users), args.seed), core)
    return int(min(2e7, max(50 * users, args.seconds * trial["tasks_per_cpu_s"])))


def measure(args, core):
    """(name, users) -> rows, one a round."""
    programs = commands(args.build)
    sizes = {(n, u): size(make, u, args, core) for n, make in programs.items() for u in args.users}
    rows = {key: [] for key in sizes}
    for turn in range(args.rounds):
        order = list(sizes)
        random.shuffle(order)
        for name, users in order:
            rows[name, users].append(run(programs[name](users, sizes[name, users], args.seed + turn), core))
        print(f"round {turn + 1} of {args.rounds}", file=sys.stderr)
    return rows


def median(rows, key):
    return statistics.median(r[key] for r in rows)


def report(rows, args):
    out = []
    for users in args.users:
        print(f"\n{users} users           tasks/s of processor   fogsim is   mean response   tasks   memory")
        ours = rows["fogsim", users]
        for name in dict.fromkeys(n for n, u in rows if u == users):
            theirs = rows[name, users]
            ratio = statistics.median(o["tasks_per_cpu_s"] / t["tasks_per_cpu_s"] for o, t in zip(ours, theirs))
            row = {"name": name, "users": users, "tasks_per_s": median(theirs, "tasks_per_cpu_s"), "fogsim_ratio": ratio,
                   "mean_resp_s": median(theirs, "mean_resp_s"), "tasks": median(theirs, "tasks"),
                   "rss_kb": median(theirs, "rss_kb")}
            out.append(row)
            print(f"  {name:22} {row['tasks_per_s']:16,.0f} {ratio:10.2f}x {row['mean_resp_s']:13.4f} s "
                  f"{row['tasks']:10,.0f} {row['rss_kb'] / 1024:7.1f} MiB")
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--users", type=lambda text: [int(u) for u in text.split(",")], default=[10, 100, 1000, 10000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    core = max(os.sched_getaffinity(0))
    hold = subprocess.run(["taskset", "-c", str(core), str(args.build / "fogsim-bench"), "hold"],
                          capture_output=True, text=True, check=True).stdout.splitlines()
    print("\n".join(line for line in hold if not line.startswith("{")), flush=True)
    rows = measure(args, core)
    out = report(rows, args)
    if args.json:
        holds = [json.loads(line) for line in hold if line.startswith("{")]
        args.json.write_text(json.dumps({"hold": holds, "engine": out}, indent=1) + "\n")


if __name__ == "__main__":
    main()
