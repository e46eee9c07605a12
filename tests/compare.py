#!/usr/bin/env python3
"""A second derivation of `fogsim compare`: python3 tests/compare.py FOGSIM SEED (in a folder of its own).

Makes two databases of random runs (missing and failed ones, values that are NULL, members of points in any order, plug-ins), works
out pairs, t, p, Holm and verdicts by dictionaries and the incomplete beta function, and holds what the program says against that.
Prints what differs; exit 1 then.
"""
import json
import math
import os
import random
import sqlite3
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
METRICS = {  # name: (share, more is better)
    "latency": (False, False), "computation": (False, False), "transmission": (False, False), "p95": (False, False),
    "deadline_misses": (True, False), "lost": (True, False), "energy": (False, False), "queueing": (False, False),
    "loading": (False, False), "p99": (False, False), "throughput": (False, True)}


def beta_fraction(a, b, x):
    """Continued fraction of the incomplete beta function, by Lentz' method (Thompson and Barnett, J. Comp. Phys. 64, 1986)."""
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or tiny)
    h = d
    for m in range(1, 1000):
        for top in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                    -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / ((1 + top * d) or tiny)
            c = (1 + top / c) or tiny
            h *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return h


def beta(a, b, x):
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * beta_fraction(a, b, x) / a
    return 1 - front * beta_fraction(b, a, 1 - x) / b


def two_sided(t, freedom):
    return 0.0 if math.isinf(t) else beta(freedom / 2, 0.5, freedom / (freedom + t * t))


# ---- the databases


def random_world(rng):
    points = [{}, {"links.default.rate": "10 Mbit/s"}, {"a": rng.random(), "z": [1, {"q": None}]}][:rng.randint(1, 3)]
    cells = [(p, m, s) for p in points for m in ("nin", "vgg16") for s in ("dina", "greedy")]
    shifts = [rng.choice([0, 0, 0, 0.002, 0.03, -0.05, "same"]) for _ in cells]
    return cells, shifts, rng.randint(1, 12), rng.choice([0.002, 0.05]), rng.choice([3, 50])


def point_text(rng, point, plugin):
    members = list(point.items()) + ([("--scheme-command", plugin)] if rng.random() < 0.5 else [])
    rng.shuffle(members)
    return json.dumps(dict(members), separators=rng.choice([(",", ":"), (", ", ": ")]))


def add_run(db, rng, run_id, cell, replication, noise, shift, spread, tasks):
    point, model, scheme = cell
    status = rng.choice(["done"] * 30 + ["failed"])
    text = point_text(rng, point, f"python3 {run_id}.py")
    db.execute("INSERT INTO run(run_id, scenario, point, scheme, model, seed, replication, events, tasks, simulated_s, status)"
               " VALUES(?,'s',?,?,?,?,?,?,?,?,?)", (run_id, text, scheme, model, 7, replication, 10, tasks, 1.5 + noise[0], status))
    for k, row in enumerate(["latency_s", "computation_s", "transmission_s", "energy_j", "queueing_s", "loading_s"]):
        if rng.random() < 0.02:
            continue
        mean = (k + 1) * (1 + noise[k] + (shift if k < 3 else 0) + rng.gauss(0, spread))
        if k == 5:
            mean = 0 if scheme == "dina" else mean
        db.execute("INSERT INTO summary(run_id, layer, metric, n, mean, p95, p99) VALUES(?,NULL,?,?,?,?,?)",
                   (run_id, row, tasks, mean, mean * 2, rng.choice([mean * 3, None])))
        db.execute("INSERT INTO summary(run_id, layer, metric, n, mean, p95, p99) VALUES(?,0,?,?,9,9,9)", (run_id, row, tasks))
    done = sum(rng.random() < 0.9 for _ in range(tasks))
    for name, value in {"tasks_done": done, "tasks_late": rng.choice([0, min(1, tasks - done)]),
                        "throughput_per_s": 100 * (1 - shift + rng.gauss(0, spread)),
                        "deadline_miss_share": rng.randint(0, tasks) / tasks}.items():
        db.execute("INSERT INTO metric VALUES(?,?,?)", (run_id, name, value))


def make(paths, rng):
    cells, shifts, replications, spread, tasks = random_world(rng)
    with open(os.path.join(ROOT, "results/schema.sql"), encoding="utf-8") as schema:
        sql = schema.read()
    dbs = []
    for path in paths:
        dbs.append(sqlite3.connect(path))
        dbs[-1].executescript(sql)
    runs = [(c, s, r) for c, s in zip(cells, shifts) for r in range(replications)]
    for side, db in enumerate(dbs):
        order = list(range(len(runs)))
        rng.shuffle(order)
        for run_id, i in enumerate(order):
            cell, shift, replication = runs[i]
            noise = [random.Random(f"{i}.{k}").gauss(0, 0.05) for k in range(6)]
            if rng.random() < 0.04:
                continue
            same = shift == "same"
            add_run(db, random.Random(f"{i}") if same else rng, run_id, cell, replication, noise,
                    0 if same or side == 0 else shift, spread, tasks)
        db.commit()
        db.close()


# ---- what compare should say


def canonical(text):
    return json.dumps({k: v for k, v in json.loads(text).items() if not k.startswith("--")}, sort_keys=True)


def read(path):
    db = sqlite3.connect(path)
    runs = {}
    for run_id, point, scheme, model, seed, replication, tasks, events, span in db.execute(
            "SELECT run_id, point, scheme, model, seed, replication, tasks, events, simulated_s FROM run WHERE status = 'done'"):
        mean, p95, p99 = {}, {}, {}
        for row, *values in db.execute("SELECT metric, mean, p95, p99 FROM summary WHERE run_id = ? AND layer IS NULL", (run_id,)):
            mean[row], p95[row], p99[row] = values
        table = dict(db.execute("SELECT name, value FROM metric WHERE run_id = ?", (run_id,)))
        value = {name: mean.get(name + "_s") for name in ("latency", "computation", "transmission", "queueing", "loading")}
        value.update(p95=p95.get("latency_s"), p99=p99.get("latency_s"), energy=mean.get("energy_j"),
                     throughput=table["throughput_per_s"], deadline_misses=table["deadline_miss_share"],
                     lost=(tasks - table["tasks_done"] - table["tasks_late"]) / tasks)
        runs[canonical(point), model, scheme, seed, replication] = value, tasks, (tasks, events, span)
    db.close()
    return runs


def test(x, y, step):
    differences = [b - a for a, b in zip(x, y)]
    n = len(differences)
    out = {"pairs": n, "p": None, "t": None}
    if n:
        out.update(base_mean=math.fsum(x) / n, new_mean=math.fsum(y) / n, difference=math.fsum(differences) / n)
    if n >= 2:
        d = out["difference"]
        sd = math.sqrt(math.fsum((v - d) ** 2 for v in differences) / (n - 1))
        if not any(a != b for a, b in zip(x, y)):
            out.update(t=0.0, p=1.0)
        else:
            sd = max(sd, step)
            out["t"] = d / (sd / math.sqrt(n)) if sd else math.copysign(math.inf, d)
            out["p"] = two_sided(out["t"], n - 1)
    return out


def verdict(name, r, threshold, alpha, one_sided):
    share, more = METRICS[name]
    if r["pairs"] == 0:
        only_base, only_new = one_sided
        if not only_base and not only_new:
            return "no_value"
        if not share and only_base >= 2 and not only_new:
            return "regression"
        if not share and only_new >= 2 and not only_base:
            return "improvement"
    if r["p"] is None:
        return "no_verdict"
    if r["t"] == 0 and r["same"]:
        return "equal"
    if r["p_holm"] >= alpha:
        return "not_significant"
    base, d = r["base_mean"], r["difference"]
    change = abs(d) if share and base == 0 else math.inf if base == 0 and d else abs(d) / abs(base) if d else 0
    if change <= threshold:
        return "below_threshold"
    return "improvement" if (d > 0) == more else "regression"


def expected(paths, threshold, alpha):
    base, new = read(paths[0]), read(paths[1])
    cells = {}
    for key in base.keys() & new.keys():
        cells.setdefault(key[:3], []).append((base[key], new[key]))
    out = {}
    for cell, pairs in cells.items():
        least = min(min(a[1], b[1]) for a, b in pairs)
        copies = all(p[side][2] == pairs[0][side][2] and p[side][0] == pairs[0][side][0] for p in pairs for side in (0, 1))
        for name, (share, _) in METRICS.items():
            both = [(a[0][name], b[0][name]) for a, b in pairs]
            kept = [(a, b) for a, b in both if a is not None and b is not None]
            r = test([a for a, _ in kept], [b for _, b in kept], 1 / least if share and not copies else 0)
            r["same"] = all(a == b for a, b in kept)
            r["one_sided"] = (sum(a is not None and b is None for a, b in both), sum(a is None and b is not None for a, b in both))
            out[cell + (name,)] = r
    family = sorted((r["p"], key) for key, r in out.items() if r["p"] is not None)
    worst = 0
    for i, (p, key) in enumerate(family):
        worst = max(worst, min(1, (len(family) - i) * p))
        out[key]["p_holm"] = worst
    for key, r in out.items():
        r["verdict"] = verdict(key[3], r, threshold, alpha, r["one_sided"])
    alone = [len(base.keys() - new.keys()), len(new.keys() - base.keys())]
    db = sqlite3.connect(paths[1])
    failed = {(canonical(point), *key) for point, *key in
              db.execute("SELECT point, model, scheme, seed, replication FROM run WHERE status <> 'done'")}
    db.close()
    return out, len(family), alone, len((base.keys() - new.keys()) & failed)


def close(a, b):
    if a is None or b is None:
        return a is None and b is None
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + 1e-13


def main():
    program, seed = sys.argv[1], int(sys.argv[2])
    rng, paths = random.Random(seed), [f"{seed}-base.db", f"{seed}-new.db"]
    make(paths, rng)
    threshold, alpha = rng.choice([0, 0.01, 0.04]), rng.choice([0.05, 0.01])
    want, tests, alone, failed = expected(paths, threshold, alpha)
    arguments = [program, "compare", *paths, "--format", "json", "--threshold", str(100 * threshold), "--alpha", str(alpha)]
    for name in METRICS:
        arguments += ["--metric", name]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    judged = {"regression", "improvement"} & {r["verdict"] for r in want.values()}
    identical = all(r["same"] and r["one_sided"] == (0, 0) for r in want.values())
    if not tests and "regression" not in judged and not failed and not identical:
        faults = [] if done.returncode == 2 and not done.stdout else [f"nothing to judge, exit {done.returncode}"]
    else:
        have, faults = json.loads(done.stdout), []
        results = {(canonical(json.dumps(c["point"])), c["model"], c["base_scheme"], m): r
                   for c in have["cells"] for m, r in c["metrics"].items()}
        if results.keys() != want.keys():
            faults.append(f"cells: want {sorted(want)}, have {sorted(results)}")
        for key in results.keys() & want.keys():
            r, w = results[key], want[key]
            for name in ("pairs", "base_mean", "new_mean", "difference", "p", "p_holm"):
                if not close(r[name], w.get(name)):
                    faults.append(f"{key}: {name}: want {w.get(name)}, have {r[name]}")
            if r["verdict"] != w["verdict"] or (r["only_in_base"], r["only_in_new"]) != w["one_sided"]:
                faults.append(f"{key}: want {w}, have {r}")
        code = 1 if failed or "regression" in judged else 0
        if (done.returncode, have["tests"], have["failed_runs"]) != (code, tests, failed):
            faults.append(f"want exit {code}, {tests} tests, {failed} failed, have exit {done.returncode}, {have['tests']}, "
                          f"{have['failed_runs']}")
        if [have[side]["without_partner"] for side in ("base", "new")] != alone:
            faults.append(f"without partner: want {alone}")
    for path in paths:
        os.unlink(path)
    print("\n".join(faults[:5] + [done.stderr]) if faults else f"{len(want)} results, {tests} tests, exit {done.returncode}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
