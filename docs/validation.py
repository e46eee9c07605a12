#!/usr/bin/python3
"""Writes docs/VALIDATION.md: published figures beside ours, closed forms beside the engine, and what each choice of
parameters does; and the same rows as data: validation.json, an array of {id, source, published, ours, error_pct,
parameters_from} and more. `published` is a number, or [low, high]; error_pct is then past the nearer end, 0 inside.

Run from the project's root after `make build/queueing all`: /usr/bin/python3 docs/validation.py; with names of papers (files of docs/validation/) it
prints their sections and draws their figures, and writes nothing else.
Exit 1: the engine disagrees with theory (the files are written all the same).
"""
import glob
import importlib.util
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile

PROGRAM = os.environ.get("FOGSIM", "build/fogsim")
QUEUEING = os.environ.get("QUEUEING", "build/queueing")
DATA = os.environ.get("VALIDATION_JSON", "build/validation.json")
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


def range_error_pct(low, high, ours):
    """How far `ours` is past the nearer end of [low, high], in percent of that end."""
    end = low if ours < low else high if ours > high else ours
    return 100 * (ours / end - 1)


def entry(name, source, published, ours, parameters_from, **more):
    """One object of validation.json."""
    low, high = published if isinstance(published, list) else (published, published)
    return {"id": name, "source": source, "published": published, "ours": ours, "error_pct": round(range_error_pct(low, high, ours), 4),
            "parameters_from": parameters_from, **more}


def published_table(scenario, data):
    values = run(scenario)
    name_of_scenario = os.path.splitext(os.path.basename(scenario))[0]
    origin = f"{scenario}: presets and the thesis' set-up, chosen beforehand"
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
            data.append(entry(f"{name_of_scenario}.{p['metric']}.{p['model']}.{p['against']}", p["source"],
                              [low, high] if low != high else low, ours[0], origin, about=f"{name}, {p['model']}, {p['against']} / dina",
                              tasks_low=ours[1], tasks_high=ours[2], verdict=judged))
        else:
            own = mean(values[(p["model"], "dina", p["metric"])])
            judged = "inside" if own <= high else "outside"
            rows.append(f"| {name} | {p['model']} | dina, s | under {high:g} | {own:.3f} | | {judged} |")
            data.append(entry(f"{name_of_scenario}.{p['metric']}.{p['model']}.dina", p["source"], [0, high], own, origin,
                              about=f"{name}, {p['model']}, dina, s", verdict=judged))
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


MEASURED = "facts measured for this project: brokers in C on shaped links"
PYTHON = "facts measured for this project: Python at 1 Gbit/s"
GRPC_MQTT = "docs/VALIDATION.md 3: jetson2, VGG16, dina, one key changed"


def protocol_table(data):
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
        if "receiver" in name:
            data.append(entry("protocols.mqtt-receiver", MEASURED, [1.01, 1.11], own / base, GRPC_MQTT, about=name + ", over gRPC"))
        if "third" in name:
            data.append(entry("protocols.mqtt-third", PYTHON, [1.09, 1.59], own / base, GRPC_MQTT, about=name + ", over gRPC"))
            data.append(entry("protocols.mqtt-thesis", "DINA thesis, A.3, broker's place not stated", 1.5, own / base, GRPC_MQTT,
                              about=name + ", over gRPC"))
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
            data.append(entry("protocols.mqtt-third-c", MEASURED, [1.95, 2.03], own / raw, GRPC_MQTT, about=name + ", over raw TCP"))
    return rows


WANTED_PCT = {"conv, warm": 3, "conv, cold": 8, "fc, cold": 6}


def slice_entries(text):
    """Of reference.error.txt: mean error of the costs by kind."""
    rows = []
    for kind, error in re.findall(r"^(.+?)\s+\d+ slices: error mean ([0-9.]+) %", text, re.M):
        more = {"verdict": "inside" if float(error) <= WANTED_PCT[kind] else "outside"} if kind in WANTED_PCT else {}
        rows.append({"id": "cost." + re.sub(r"\W+", "-", kind.lower()), "source": "measured slices, make bench-slices",
                     "published": [0, WANTED_PCT[kind]] if kind in WANTED_PCT else 0, "ours": float(error), "error_pct": float(error),
                     "parameters_from": "kernels/profiles/reference.json", "about": f"{kind}: mean error of a slice's cost, percent", **more})
    return rows


def bench_entries(bench):
    """Speed beside libraries: their time over ours, so 1 is equal."""
    rows = []
    for isa, models in bench["runs"].items():
        for model, r in models.items():
            for key, ours in r.items():
                if key != "worst_fc_share_of_read":
                    rows.append(entry(f"kernels.{isa}.{model}.{key}", "make bench-kernels: the libraries in the same process", 1, ours,
                                      "docs/kernels.bench.json, machine of the reference profile", about="time of theirs over ours"))
    return rows


# ---- papers: docs/validation/*.py, one file each (README.md there)

MISS_PCT = 25


class Results:
    """What one call of `fogsim run` stored."""

    def __init__(self, db):
        self.db = db

    def query(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def one(self, sql, what, *values):
        value = self.query(sql, *values)[0][0]
        if value is None:
            raise LookupError(f"no {what}")
        return value

    def mean(self, model, scheme, metric):
        """Over all tasks that finished, those of the warm-up too, of a column of `task`."""
        return self.one(f"SELECT avg({metric}) FROM task JOIN run USING (run_id) WHERE run.model = ? AND run.scheme = ? AND latency_s IS NOT NULL",
                        f"{metric} of {model} under {scheme}", model, scheme)

    def metric(self, model, scheme, name):
        """Of table `metric`, mean over the runs."""
        return self.one("SELECT avg(value) FROM metric JOIN run USING (run_id) WHERE run.model = ? AND run.scheme = ? AND name = ?",
                        f"metric {name} of {model} under {scheme}", model, scheme, name)


class Tools:
    """What a paper's file may use."""

    @staticmethod
    def figure(name, title, xlabel, ylabel, series, **how):
        return figure_svg(name, title, xlabel, ylabel, series, **how)

    @staticmethod
    def run(scenario, sets=(), schemes=(), models=(), record="tasks"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.db")
            command = [PROGRAM, "run", scenario, "--db", path, "--quiet", "--set", "record=" + record]
            for flag, values in (("--set", sets), ("--scheme", schemes), ("--model", models)):
                for value in values:
                    command += [flag, value]
            subprocess.run(command, check=True)
            db = sqlite3.connect(":memory:")
            file = sqlite3.connect(path)
            file.backup(db)
            file.close()
            return Results(db)

    @staticmethod
    def row(name, about, source, published, ours, parameters_from, unit="", calibration=False, why=""):
        low, high = published if isinstance(published, (list, tuple)) else (published, published)
        more = {"calibration": True} if calibration else {}
        row = entry(name, source, [low, high] if low != high else low, ours, parameters_from, about=about, unit=unit, why=why, **more)
        row["verdict"] = "calibration" if calibration else "inside" if row["error_pct"] == 0 else f"{row['error_pct']:+.1f} %"
        if not calibration and abs(row["error_pct"]) > MISS_PCT and not why:
            raise ValueError(f"{name}: misses by {row['error_pct']:.0f} %: say why")
        return row


# ---- figures of the validation, by gnuplot into docs/validation-NAME.svg

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]  # Okabe and Ito, Color universal design
BAND_COLOURS = ["#888888", "#e69f00"]


def figure_svg(name, title, xlabel, ylabel, series, logx=False, logy=False, bands=(), ticks=(), dots=()):
    """`series`: {label: [(x, y)]}, in order; `bands`: [(label, low, high)] of published ranges; `ticks`: the numbers on the x axis, as text; `dots`: labels drawn without lines. Returns the Markdown that shows it."""
    path = f"docs/validation-{name}.svg"
    height = 425 + 22 * ((len(series) + len(bands) + 1) // 2)  # labels stand below, in two columns, so that long ones take nothing from the plot
    lines = [f"set terminal svg size 760,{height} font 'DejaVu Sans,12' background rgb 'white'", f"set output '{path}'", "set encoding utf8",
             f'set title "{title}" noenhanced', f'set xlabel "{xlabel}" noenhanced', f'set ylabel "{ylabel}" noenhanced',
             "set key outside bottom center horizontal maxcols 2 Left reverse samplen 2 height 1 noenhanced", "set grid back lc rgb '#dddddd'", "set border 3", "set tics nomirror"]
    xs = [x for points in series.values() for x, _ in points]
    span = (max(xs) - min(xs)) * 0.04 or 1
    low, high = (min(xs) / 1.15, max(xs) * 1.15) if logx else (min(xs) - span, max(xs) + span)
    lines += ["set logscale x"] * logx + ["set logscale y"] * logy + [f"set xrange [{low}:{high}]"]
    if ticks:
        lines.append("set xtics (" + ", ".join(f"'{t}' {t}" for t in ticks) + ")")
    elif not logx and max(xs) - min(xs) <= 12 and all(x == int(x) for x in xs):
        lines.append("set xtics 1")
    ys = [y for points in series.values() for _, y in points] + [y for _, *ends in bands for y in ends]
    lines.append(f"set yrange [{min(ys) / 1.2 if logy else 0}:*]")
    plots, data = [], []
    for label, bottom, top in bands:
        plots.append(f"'-' using 1:2:3 with filledcurves fs transparent solid 0.15 noborder lc rgb '{BAND_COLOURS[len(plots) % 2]}' title \"{label}\"")
        data.append(f"{low} {bottom} {top}\n{high} {bottom} {top}\ne")
    for i, (label, points) in enumerate(series.items()):
        is_dots = label in dots or label.startswith("published")  # nothing was published between two points
        style = "points ps 1.4" if is_dots else "linespoints ps 0.8"
        plots.append(f"'-' using 1:2 with {style} lw 2 pt {[7, 5, 9, 11, 13, 4, 6][i % 7]} lc rgb '{COLOURS[i % 7]}' title \"{label}\"")
        data.append("\n".join(f"{x} {y}" for x, y in points) + "\ne")
    script = "\n".join(lines) + "\nplot " + ", ".join(plots) + "\n" + "\n".join(data) + "\n"
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return f"![{title}](validation-{name}.svg)"


def overview_svg(rows):
    """Published against ours, one point a row; a range is a line across."""
    exact = [(r["published"], r["ours"]) for r in rows if not isinstance(r["published"], list) and r["published"] > 0 and r["ours"] > 0]
    ranges = [(r["published"][0], r["published"][1], r["ours"]) for r in rows if isinstance(r["published"], list) and r["published"][0] > 0 and r["ours"] > 0]
    everything = [x for row in exact + ranges for x in row]
    low, high = min(everything) / 2, max(everything) * 2
    lines = ["set terminal svg size 620,560 font 'DejaVu Sans,12' background rgb 'white'", "set output 'docs/validation-overview.svg'", "set encoding utf8",
             'set title "Published figures and ours, each row of the papers (calibration left out)"', 'set xlabel "published"', 'set ylabel "ours"', "set logscale xy",
             f"set xrange [{low}:{high}]", f"set yrange [{low}:{high}]", "set format '10^{%L}'", "set key left top", "set grid back lc rgb '#dddddd'", "set size square",
             "plot x with lines lc rgb '#000000' title 'equal', 1.25*x with lines dt 2 lc rgb '#888888' title '25 % off', x/1.25 with lines dt 2 lc rgb '#888888' notitle, "
             "'-' using (sqrt($1*$2)):3:1:2 with xerrorbars pt 7 ps 0.4 lc rgb '#d55e00' title 'a range', '-' using 1:2 with points pt 7 ps 0.7 lc rgb '#0072b2' title 'a figure'",
             *(f"{a} {b} {y}" for a, b, y in ranges), "e", *(f"{x} {y}" for x, y in exact), "e"]
    subprocess.run(["gnuplot"], input="\n".join(lines) + "\n", text=True, check=True)
    return "![published figures and ours](validation-overview.svg)"


def load_papers(wanted=()):
    """Names and modules, in order; of all, or of the wanted."""
    papers = []
    for path in sorted(glob.glob("docs/validation/*.py")):
        name = os.path.splitext(os.path.basename(path))[0]
        if wanted and name not in wanted:
            continue
        spec = importlib.util.spec_from_file_location("paper_" + name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        papers.append((name, module))
    return papers


def interval(published):
    return f"{published[0]:g} to {published[1]:g}" if isinstance(published, list) else f"{published:g}"


def paper_table(rows):
    lines = ["| what | published | ours | | error | parameters from | why it differs |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['about']} | {interval(r['published'])} | {r['ours']:.4g} | {r['unit']} | {r['verdict']} | {r['parameters_from']} | {r['why']} |")
    return lines


def paper_sections(data, wanted=()):
    """Sections of all papers (or the wanted), the rows that miss, and a line of statistics. Adds the rows to `data`."""
    sections, everything = [], []
    for number, (name, paper) in enumerate(load_papers(wanted), 1):
        sys.stderr.write(f"validation: {name}\n")
        rows = paper.rows(Tools)
        after = paper.after(Tools) if hasattr(paper, "after") else ""
        sections += [f"### 6.{number} {paper.TITLE}", paper.TEXT.strip(), "", *paper_table(rows), "", after, ""]
        everything += rows
    data += everything
    judged = [r for r in everything if not r.get("calibration")]
    misses = sorted((r for r in judged if abs(r["error_pct"]) > MISS_PCT), key=lambda r: -abs(r["error_pct"]))
    errors = [abs(r["error_pct"]) for r in judged]
    line = f"{len(judged)} rows beside {len(everything) - len(judged)} of calibration; {sum(e == 0 for e in errors)} equal or inside the published range; " \
           f"median error {statistics.median(errors):.1f} %; {len(misses)} miss by more than {MISS_PCT} %." if errors else "No rows."
    return "\n".join(sections), "\n".join(paper_table(misses)) if misses else "None.", line + ("" if wanted else "\n\n" + overview_svg(judged) + "\n")


def queueing(*words):
    """Rows of build/queueing, and whether it was content."""
    done = subprocess.run([QUEUEING, *words], capture_output=True, text=True, check=False)
    sys.stderr.write(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode == 0


def figure(x):
    return f"{x:.4g}"


def queueing_table(rows):
    lines = ["| system and measure | closed form of | its value | ours | 95 % interval | error | |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['about']} | {r['source']} | {figure(r['published'])} | {figure(r['ours'])} | "
                     f"{figure(r['ci_low'])} to {figure(r['ci_high'])} | {r['error_pct']:+.2f} % | {r['verdict']} |")
    return lines


def exact_table(rows):
    lines = ["| what | source | by hand | ours | largest relative error | |", "|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['about']} | {r['source']} | {r['published']:.9g} | {r['ours']:.9g} | {r['largest_error']:.1e} | {r['verdict']} |")
    return lines


def simgrid_table(rows):
    lines = ["| jobs | SimGrid's mean, s | ours, s | difference | largest of a job, s | |", "|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['about']} | {r['published']:.9g} | {r['ours']:.9g} | {r['error_pct'] / 100:+.1e} | {r['largest_difference_s']:.1e} | {r['verdict']} |")
    return lines


def bench_table(bench):
    rows = ["| | model | direct | worst | best | fc | of read |", "|---|---|---|---|---|---|---|"]
    for isa, models in bench["runs"].items():
        for model, r in models.items():
            fc = f"{r['worst_fc']:.2f} | {r['worst_fc_share_of_read']:.2f}" if "worst_fc" in r else "- | -"
            rows.append(f"| {isa} | {model} | {r['onednn_direct_over_ours']:.3f} | {r['worst_layer']:.2f} | "
                        f"{r['best_library_over_fastest']:.2f} | {fc} |")
    return rows


def main():
    if sys.argv[1:]:
        print(paper_sections([], sys.argv[1:])[0])
        return
    with open("docs/validation.template.md", encoding="utf-8") as file:
        text = file.read()
    with open("kernels/profiles/reference.error.txt", encoding="utf-8") as file:
        errors = file.read().strip()
    profile = json.load(open("kernels/profiles/reference.json", encoding="utf-8"))
    bench = json.load(open("docs/kernels.bench.json", encoding="utf-8"))
    simgrid = json.load(open("docs/simgrid.json", encoding="utf-8"))
    systems, systems_ok = queueing()
    coverage, coverage_ok = queueing("coverage")
    exact, exact_ok = queueing("exact")
    outside = [r for r in systems if r["verdict"] != "inside"]
    data = []
    papers, misses, paper_line = paper_sections(data)
    parts = {
        "PAPERS": papers,
        "MISSES": misses,
        "PAPER_LINE": paper_line,
        "BENCH": "\n".join(bench_table(bench)),
        "BENCH_ERROR": bench["largest_difference"],
        "JETSON2": "\n".join(published_table("scenarios/jetson2.json", data)),
        "JETSON2_LOCAL": "\n".join(published_table("scenarios/jetson2-local.json", data)),
        "SENSITIVITY": "\n".join(sensitivity_table()),
        "PROTOCOLS": "\n".join(protocol_table(data)),
        "SLICE_ERRORS": errors,
        "PROFILE": f"{profile['machine']}, {profile['isa']}, {profile['date'][:10]}, {len(profile['layers'])} layer shapes",
        "QUEUEING": "\n".join(queueing_table(systems)),
        "QUEUEING_COUNT": f"{len(systems) - len(outside)} of {len(systems)}",
        "COVERED": str(coverage[0]["ours"]),
        "COVERAGE_OF": coverage[0]["parameters_from"],
        "LITTLE": f"{max(r['little_error'] for r in systems):.0e}",
        "EXACT": "\n".join(exact_table(exact)),
        "SIMGRID": "\n".join(simgrid_table(simgrid)),
    }
    for key, value in parts.items():
        text = text.replace("@" + key + "@", value)
    with open("docs/VALIDATION.md", "w", encoding="utf-8") as file:
        file.write(text)
    data += slice_entries(errors) + bench_entries(bench) + systems + coverage + exact + simgrid
    with open(DATA, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(r) for r in data) + "\n]\n")
    if not (systems_ok and coverage_ok and exact_ok):
        sys.exit("docs/validation.py: the engine disagrees with theory: see docs/VALIDATION.md 5")


if __name__ == "__main__":
    main()
