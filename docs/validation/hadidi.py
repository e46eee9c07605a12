"""Hadidi et al.: pipelines of Raspberry Pis with split layers against pipelines of whole ones."""
import json
import os
import tempfile

PAPER = "Hadidi et al., IEEE IoT J. 2020"
PRESET = "raspberry-pi-3b-tensorflow, whose one rate is C3D's conv2 on one board; 94.1 Mbit/s and 0.3 ms of the paper"
TITLE = "Hadidi et al., Toward Collaborative Inferencing of DNNs on IoT Devices (2020)"
TEXT = """
Up to ten Raspberry Pi 3B in one Wi-Fi cell of 94.1 Mbit/s that all messages share. A closed loop keeps ten requests under way, so that at most ten wait at a
device, which is the paper's queue limit, and nobody is dropped: the rate of finished requests (theirs: inferences per second) is then that of the slowest
stage, as under their back-pressure. A periodic stream beyond that rate would drop requests at the slowest stage that had taken the cell's time before. A
device serves the oldest request that waits (`discipline: edf`, all deadlines alike): first come, first served, operation by operation, requests go through a
stage layer by layer in convoys, and the devices behind it idle in between. *Simple pipeline* is the same grouping for the least slowest stage with whole
layers only (`procedure: off`); the paper does not say how its own is grouped, and a worse grouping would make any ratio larger. C3D's conv2 is one request at
a time, as a layer alone has no pipeline. AlexNet is the one-tower original without groups, which Keras 2.1 does not have. *Block C* of Xception is read as a
block of the middle flow (728 channels, 19 x 19), on three boards against one. Not compared: a TX2, whose preset is another software stack (ncnn), and
inferences per second, which are in figures only.
"""
WHOLE = "the slowest stage is one conv in both: {0}. Work shared out evenly over the boards would give {1:.2f} times the simple pipeline's rate at most, so no way to split gives what was " \
        "published: that needs a baseline that swaps. Weights counted once and tensors fit 1 GB here, fc6 beside TensorFlow seems not to have fitted there: see the ratio by memory below"
OVERFLOW = ["nodes.fog.count=3", "arrivals.duration=30 h", "warm_up=10 h"]
RATE = "throughput_per_s"


def speed_up(v, scenario, model, sets=(), base="pipeline", own="hadidi"):
    r = v.run(f"scenarios/{scenario}.json", sets, record="summary")
    return r.metric(model, own, RATE) / r.metric(model, base, RATE), r


def even_gain(r, model, boards):
    """What the simple pipeline's rate could grow by if the work were shared out evenly."""
    task_s = r.one("SELECT avg(mean) FROM summary JOIN run USING (run_id) WHERE run.model = ? AND run.scheme = 'pipeline' AND layer IS NULL AND metric = 'computation_work_s'",
                   f"computing of {model}", model)
    return boards / task_s / r.metric(model, "pipeline", RATE)


def rows(v):
    conv2 = v.run("scenarios/hadidi-c3d.json")
    alexnet = {n: speed_up(v, "hadidi-alexnet", "alexnet", [f"nodes.fog.count={n}"]) for n in (4, 6)}
    vgg = {n: speed_up(v, "hadidi-vgg16", "vgg16", [f"nodes.fog.count={n}"]) for n in (8, 10)}
    iterations = [v.run("scenarios/hadidi-vgg16.json", [*OVERFLOW, f"nodes.fog.override.memory={m} MB"], ["hadidi"], record="summary")
                  .metric("vgg16", "hadidi", "hadidi_iterations") for m in (200, 250, 300, 350)]
    block = speed_up(v, "hadidi-xception", "block", base="one")[0]
    fc, conv = winners(v)
    return [
        v.row("hadidi.conv2", "C3D conv2 alone on one board", f"{PAPER}, C3D", 18, conv2.mean("conv2", "pipeline", "computation_s"),
              "its FLOP over its time is the preset's rate", unit="s", calibration=True),
        v.row("hadidi.conv2.split", "C3D conv2 on three boards over one, latency", f"{PAPER}, up to 2.6x", 2.6,
              conv2.mean("conv2", "pipeline", "latency_s") / conv2.mean("conv2", "hadidi", "latency_s"), PRESET),
        *[v.row(f"hadidi.alexnet.{n}", f"AlexNet, {n} boards, over the simple pipeline", f"{PAPER}, more than 2x; {n} is what n boards can give",
                [2, n], ratio, PRESET,
                why=WHOLE.format("conv2, 38 % of the work, of which four boards can give it one or two", even_gain(r, "alexnet", n)) if n == 4 else "")
          for n, (ratio, r) in alexnet.items()],
        v.row("hadidi.vgg16", "VGG16, 8 or 10 boards, over the simple pipeline, the better", f"{PAPER}, up to 6x", 6, max(ratio for ratio, _ in vgg.values()), PRESET,
              why=WHOLE.format("six of 13 have 12 % of the work each, on 10 boards", max(even_gain(r, "vgg16", n) for n, (_, r) in vgg.items()))),
        v.row("hadidi.xception", "Xception block, three boards over one", f"{PAPER}, block C up to 2x", 2, block, PRESET),
        v.row("hadidi.iterations", "VGG16, 3 boards of 200 to 350 MB that swap: most corrections until stable", f"{PAPER}, about 25", [1, 25],
              max(iterations), "swapping is what the estimates do not know; without it one look confirms them"),
        v.row("hadidi.fc", "fc shapes where the faster split is that of Table II", "Table II, by its formulas", len(fc), sum(x["agrees"] for x in fc),
              PRESET, unit=f"of {len(fc)}"),
        v.row("hadidi.conv", "conv shapes where the order of the three splits is that of Table II", "Table II, by its formulas", len(conv),
              sum(x["agrees"] for x in conv), PRESET, unit=f"of {len(conv)}"),
    ]


# ---- splits of single layers: Table II written down once more, in elements ------------------------

PARTS = 2
FC_SHAPES = [(1024, 4096), (4096, 1000), (4096, 4096), (9216, 4096), (25088, 4096), (2048, 8192), (8192, 2048), (4096, 9216)]
CONV_SHAPES = [(128, 512, 14), (512, 128, 14), (512, 512, 14), (256, 512, 28), (512, 256, 28), (256, 256, 28), (128, 256, 56),
               (256, 128, 56)]  # C_i, k, H = W; f = 3; from about 50 channels on a split pays for its messages here


def fc_bytes(d_in, d_out, n):
    return {"output": 4 * (n * d_in + d_out), "input": 4 * (d_in + n * d_out)}


def conv_bytes(c, k, h, n, f=3):
    overlap = 2 * (n - 1) * (f // 2) * h * c  # strips of rows on both sides of each cut
    return {"channel": 4 * (n * c + k) * h * h, "filter": 4 * (c + n * k) * h * h, "spatial": 4 * ((c + k) * h * h + overlap)}


def agrees(want, ours):
    """Whether no two methods stand the other way round; where bytes are equal either order does."""
    return all(ours[a] < ours[b] for a in want for b in want if want[a] < want[b])


def write_models(folder):
    models = {}
    for d_in, d_out in FC_SHAPES:
        models[f"fc-{d_in}-{d_out}"] = ([d_in, 1, 1], [{"name": "a", "type": "fc", "inputs": ["data"], "units": d_out, "bias": True},
                                                       {"name": "b", "type": "relu", "inputs": ["a"]}])
    for c, k, h in CONV_SHAPES:
        models[f"conv-{c}-{k}-{h}"] = ([c, h, h], [{"name": "a", "type": "conv", "inputs": ["data"], "kernel": [3, 3], "stride": [1, 1], "pad": [1, 1],
                                                   "channels": k, "bias": True}, {"name": "b", "type": "relu", "inputs": ["a"]}])
    for name, (shape, layers) in models.items():
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
            json.dump({"name": name, "input": shape, "classes": 1, "layers": layers}, file)
    return {name: {"model": name + ".json"} for name in models}


def latencies(v):
    """Mean latency of each layer alone by each method, and over one device."""
    with tempfile.TemporaryDirectory() as folder:
        with open("scenarios/hadidi-c3d.json", encoding="utf-8") as file:
            s = json.load(file)
        s["models"] = write_models(folder)
        s["schemes"] = {name: {"scheme": "hadidi", "fc": name} for name in ("output", "input")}
        s["schemes"] |= {name: {"scheme": "hadidi", "conv": name} for name in ("channel", "spatial", "filter")}
        s["schemes"]["whole"] = {"scheme": "hadidi", "procedure": "off"}
        s["nodes"]["fog"]["count"] = PARTS
        s["arrivals"] = {"kind": "closed", "tasks": 3}
        s["published"] = []
        del s["$schema"]
        path = os.path.join(folder, "split.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(s, file)
        r = v.run(path)
    return lambda model, scheme: r.mean(model, scheme, "latency_s")


found = {}


def winners(v):
    """Per shape: latency by method, Table II's bytes, whether both orders agree."""
    latency = latencies(v)

    def compare(model, want):
        ours = {name: latency(model, name) for name in want}
        return {"model": model, "want": want, "ours": ours, "whole": latency(model, "whole"), "agrees": agrees(want, ours)}

    found["fc"] = [compare(f"fc-{a}-{b}", fc_bytes(a, b, PARTS)) for a, b in FC_SHAPES]
    found["conv"] = [compare(f"conv-{c}-{k}-{h}", conv_bytes(c, k, h, PARTS)) for c, k, h in CONV_SHAPES]
    return found["fc"], found["conv"]


def sweep(v, title, scenario, model, key, values, sets=()):
    lines = [f"| {title} | hadidi, /s | simple pipeline, /s | ratio |", "|---|---|---|---|"]
    for value in values:
        ratio, r = speed_up(v, scenario, model, [*sets, f"{key}={value}"])
        lines.append(f"| {value} | {r.metric(model, 'hadidi', RATE):.3f} | {r.metric(model, 'pipeline', RATE):.3f} | {ratio:.2f} |")
    return lines


BOARDS = {"alexnet": (2, 3, 4, 5, 6, 8, 10), "vgg16": (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24)}
NO_CELL = ["links.default.media=[]"]


def over_boards(v, model, sets=()):
    """As many requests under way as boards, at least the ten of the scenario."""
    return [(n, speed_up(v, f"hadidi-{model}", model, [*sets, f"nodes.fog.count={n}", f"nodes.user.count={max(10, n)}"])[0]) for n in BOARDS[model]]


def boards_figure(v):
    curves = {"published, AlexNet: more than": [(4, 2), (6, 2)], "published, VGG16: up to": [(8, 6), (10, 6)], "AlexNet": over_boards(v, "alexnet"),
              "VGG16, one cell": over_boards(v, "vgg16"), "VGG16, a link each": over_boards(v, "vgg16", NO_CELL)}
    cell, links = dict(curves["VGG16, one cell"]), dict(curves["VGG16, a link each"])
    return [v.figure("hadidi-boards", "Hadidi et al.: over the simple pipeline, by boards of 1 GB", "boards", "speed-up of the rate", curves), "",
            f"From 18 boards on every large conv of VGG16 can have two, but in one cell that gives {cell[18]:.2f}: the tensors between the stages, 37 MB a request, then fill its 94.1 Mbit/s. With a link of "
            f"that rate for each pair it gives {links[18]:.2f}, and {links[24]:.2f} with 24 boards. On the 8 and 10 boards of the paper the cell is not what limits: {links[8]:.2f} and {links[10]:.2f}."]


MEMORY = {"vgg16": (1000, 700, 550, 500, 450, 400, 350, 300), "alexnet": (1000, 300, 250, 220, 200, 180, 160, 140, 120)}


def memory_figure(v):
    def curve(model, sets=()):
        return [(m, speed_up(v, f"hadidi-{model}", model, [*sets, f"nodes.fog.override.memory={m} MB"])[0]) for m in MEMORY[model]]

    curves = {"VGG16, 10 boards": curve("vgg16"), "AlexNet, 4 boards": curve("alexnet", ["nodes.fog.count=4"])}
    return v.figure("hadidi-memory", "Hadidi et al.: over the simple pipeline, by what TensorFlow leaves of the memory", "memory for weights and tensors, MB", "speed-up of the rate", curves,
                    bands=[("published: AlexNet more than 2, VGG16 up to 6", 2, 6)])


def after(v):
    lines = [*boards_figure(v), "", memory_figure(v), "",
             "Splits of a layer alone on two boards, latency in ms, beside the kB that Table II says:", "",
             "| layer (fc: in, out; conv 3 x 3: in, out, H = W) | whole | by method | Table II | order |", "|---|---|---|---|---|"]
    for x in found["fc"] + found["conv"]:
        names = sorted(x["want"], key=x["want"].get)
        ours = ", ".join(f"{name} {1e3 * x['ours'][name]:.0f}" for name in names)
        table = ", ".join(f"{x['want'][name] / 1e3:.0f}" for name in names)
        lines.append(f"| {x['model']} | {1e3 * x['whole']:.0f} | {ours} | {table} | {'agrees' if x['agrees'] else 'differs'} |")
    lines += ["", "What the ratio depends on (nothing of it is in the source). VGG16 on ten boards by the memory that TensorFlow leaves to weights and tensors:", "",
              *sweep(v, "memory", "hadidi-vgg16", "vgg16", "nodes.fog.override.memory", ["1 GB", "500 MB", "450 MB", "400 MB", "350 MB", "300 MB"]),
              "", "AlexNet on four boards, the same:", "",
              *sweep(v, "memory", "hadidi-alexnet", "alexnet", "nodes.fog.override.memory", ["1 GB", "200 MB", "180 MB", "160 MB", "140 MB", "120 MB"],
                     ["nodes.fog.count=4"]),
              "", "AlexNet on six boards by the requests under way:", "",
              *sweep(v, "users", "hadidi-alexnet", "alexnet", "nodes.user.count", [1, 3, 6, 10, 20])]
    lines += ["", "VGG16 on three boards of 350 MB, too few for what exceeds one of them, by the corrections allowed (the first look only confirms the start):",
              "", "| corrections | deployments | slowest stage as measured, s | hadidi, /s |", "|---|---|---|---|"]
    for most in (1, 2, 4, 25):
        r = v.run("scenarios/hadidi-vgg16.json", [*OVERFLOW, "nodes.fog.override.memory=350 MB", f"schemes.hadidi.iterations={most}"], ["hadidi"],
                  record="summary")
        cells = [r.metric("vgg16", "hadidi", name) for name in ("hadidi_deployments", "hadidi_slowest_stage_s", RATE)]
        lines.append(f"| {most} | {cells[0]:.0f} | {cells[1]:.2f} | {cells[2]:.4f} |")
    return "\n".join(lines)
