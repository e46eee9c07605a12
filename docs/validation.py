#!/usr/bin/python3
"""Writes docs/VALIDATION.md: published figures beside ours, and what each choice of parameters does to them.

Run from the project's root after `make`: /usr/bin/python3 docs/validation.py
"""
import json
import os
import sqlite3
import subprocess
import tempfile

PROGRAM = os.environ.get("FOGSIM", "build/fogsim")
MODELS = ["alexnet", "vgg16", "resnet34", "nin"]
COLUMNS = {
    "computation_and_loading": "computation_s + loading_s",
    "transmission": "transmission_s",
    "latency": "latency_s",
}


def run(scenario, sets=(), schemes=(), models=()):
    """Task values {(model, scheme, metric): [values]} of one scenario with changes."""
    with tempfile.TemporaryDirectory() as folder:
        db = os.path.join(folder, "x.db")
        command = [PROGRAM, "run", scenario, "--db", db, "--quiet", "--set", "record=tasks"]
        for key in sets:
            command += ["--set", key]
        for name in schemes:
            command += ["--scheme", name]
        for name in models:
            command += ["--model", name]
        subprocess.run(command, check=True)
        values = {}
        connection = sqlite3.connect(db)
        for metric, column in COLUMNS.items():
            query = f"SELECT run.model, run.scheme, {column} FROM task JOIN run USING (run_id) WHERE latency_s IS NOT NULL"
            for model, scheme, value in connection.execute(query):
                values.setdefault((model, scheme, metric), []).append(value)
        connection.close()
        return values


def mean(values):
    return sum(values) / len(values)


def quantile(values, q):
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def ratio(values, model, scheme, metric):
    """Mean and 5 to 95 % range over the tasks of scheme / dina."""
    own = mean(values[(model, "dina", metric)])
    other = values[(model, scheme, metric)]
    return mean(other) / own, quantile(other, 0.05) / own, quantile(other, 0.95) / own


def verdict(low, high, ours):
    average, least, most = ours
    if low <= average <= high:
        return "inside"
    if least <= high and most >= low:
        return "the range overlaps"
    return "outside"


def published_table(scenario):
    values = run(scenario)
    rows = ["| metric | model | ratio | published | our mean | our 5 to 95 % of tasks | |", "|---|---|---|---|---|---|---|"]
    with open(scenario, encoding="utf-8") as file:
        published = json.load(file)["published"]
    for p in published:
        low, high = p["range"]
        name = p["metric"].replace("_", " ")
        if "against" in p:
            ours = ratio(values, p["model"], p["against"], p["metric"])
            wanted = f"{low:g} to {high:g}" if low != high else f"about {low:g}"
            judged = verdict(low, high, ours) if low != high else verdict(0.9, 1.1, ours)
            rows.append(f"| {name} | {p['model']} | {p['against']} / dina | {wanted} | {ours[0]:.2f} | {ours[1]:.2f} to {ours[2]:.2f} | {judged} |")
        else:
            own = mean(values[(p["model"], "dina", p["metric"])])
            rows.append(f"| {name} | {p['model']} | dina, s | under {high:g} | {own:.3f} | | {'inside' if own <= high else 'outside'} |")
    return rows


VARIANTS = [
    ("as it is", []),
    ("granularity task", ["granularity=task"]),
    ("weights resident", ["weights=resident"]),
    ("fc split by input neurons", ["fc_split=input"]),
    ("cards dedicated per link", ["nodes.user.nic=dedicated", "nodes.fog.nic=dedicated"]),
    ("no serialisation (raw TCP)", ["protocol=tcp"]),
    ("loading 0.2 GB/s", ["nodes.fog.override.loading_rate=0.2 GB/s"]),
    ("loading 4 GB/s", ["nodes.fog.override.loading_rate=4 GB/s"]),
    ("no overhead per layer", ["nodes.fog.override.overhead=0 s"]),
    ("overhead 10 ms per layer", ["nodes.fog.override.overhead=10 ms"]),
    ("conv and fc rates of the Nano's CPU", ["nodes.fog.override.conv_rate=41.8 GFLOP/s"]),
    ("one random cut per layer", ["schemes.random.cut=per_layer"]),
    ("shares by the user's utility", ["schemes.dina.shares=user"]),
    ("tau 10 s", ["tau=10 s"]),
    ("local_share", ["local_share=true"]),
    ("local_share, shares by the user's utility", ["local_share=true", "schemes.dina.shares=user"]),
]


def sensitivity_table():
    head = ["| changed | " + " | ".join(f"{m} comp." for m in MODELS) + " | " + " | ".join(f"{m} transm." for m in MODELS) + " |",
            "|---|" + "---|" * 8]
    for name, sets in VARIANTS:
        values = run("scenarios/jetson2.json", sets, ["dina", "random", "rand"])
        cells = []
        for metric in ("computation_and_loading", "transmission"):
            for model in MODELS:
                try:
                    cells.append(f"{ratio(values, model, 'random', metric)[0]:.2f}, {ratio(values, model, 'rand', metric)[0]:.2f}")
                except ZeroDivisionError:
                    cells.append("none")
        head.append(f"| {name} | " + " | ".join(cells) + " |")
    return head


def protocol_table():
    rows = ["| set-up | VGG16 transmission, dina, s | over gRPC | published or measured |", "|---|---|---|---|"]
    setups = [("gRPC", ["protocol=grpc"], ""),
              ("MQTT, broker at the receiver", ["protocol=mqtt", "broker=receiver"], "1.01 to 1.11 (real brokers in C, shaped links)"),
              ("MQTT, broker at the sender", ["protocol=mqtt", "broker=sender"], ""),
              ("MQTT, broker on a third node", ["protocol=mqtt", "broker=third"], "1.95 to 2.03 (the same); Python at 1 Gbit/s 1.09 to 1.59")]
    base = None
    for name, sets, note in setups:
        values = run("scenarios/jetson2.json", sets, ["dina"], ["vgg16"])
        own = mean(values[("vgg16", "dina", "transmission")])
        base = base or own
        rows.append(f"| {name} | {own:.3f} | {own / base:.2f} | {note} |")
    for name, sets in [("gRPC without serialisation (raw TCP)", ["protocol=tcp"]),
                       ("MQTT, third node, serialisation of C", ["protocol=mqtt", "broker=third", "nodes.user.override.serialisation_ratio=0.14",
                                                                 "nodes.fog.override.serialisation_ratio=0.14"])]:
        values = run("scenarios/jetson2.json", sets, ["dina"], ["vgg16"])
        own = mean(values[("vgg16", "dina", "transmission")])
        if "TCP" in name:
            raw = own
            rows.append(f"| {name} | {own:.3f} | | |")
        else:
            rows.append(f"| {name} | {own:.3f} | {own / raw:.2f} over raw TCP | 1.95 to 2.03 |")
    return rows


def bench_table(bench):
    rows = ["| | model | direct | worst | best | fc | of read |", "|---|---|---|---|---|---|---|"]
    for isa, models in bench["runs"].items():
        for model, r in models.items():
            fc = f"{r['worst_fc']:.2f} | {r['worst_fc_share_of_read']:.2f}" if "worst_fc" in r else "- | -"
            rows.append(f"| {isa} | {model} | {r['onednn_direct_over_ours']:.3f} | {r['worst_layer']:.2f} | "
                        f"{r['best_library_over_fastest']:.2f} | {fc} |")
    return rows


def main():
    with open("docs/validation.template.md", encoding="utf-8") as file:
        text = file.read()
    with open("kernels/profiles/reference.error.txt", encoding="utf-8") as file:
        errors = file.read().strip()
    profile = json.load(open("kernels/profiles/reference.json", encoding="utf-8"))
    bench = json.load(open("docs/kernels.bench.json", encoding="utf-8"))
    parts = {
        "BENCH": "\n".join(bench_table(bench)),
        "BENCH_ERROR": bench["largest_difference"],
        "JETSON2": "\n".join(published_table("scenarios/jetson2.json")),
        "JETSON2_LOCAL": "\n".join(published_table("scenarios/jetson2-local.json")),
        "SENSITIVITY": "\n".join(sensitivity_table()),
        "PROTOCOLS": "\n".join(protocol_table()),
        "SLICE_ERRORS": errors,
        "PROFILE": f"{profile['machine']}, {profile['isa']}, {profile['date'][:10]}, {len(profile['layers'])} layer shapes",
    }
    for key, value in parts.items():
        text = text.replace("@" + key + "@", value)
    with open("docs/VALIDATION.md", "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
