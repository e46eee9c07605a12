"""DADS (Hu, Bao, Wang, Liu, INFOCOM 2019)."""
import json
import os
import subprocess

TITLE = "DADS: DNN surgery between a Raspberry Pi and a server"
SOURCE = "Hu et al., INFOCOM 2019"
ORIGIN = "devices raspberry-pi-3b-caffe, server-8-core-caffe (other boards and machines under Caffe, scaled by clocks)"
TEXT = """
`scenarios/dads-light.json` and `dads-heavy.json`: five networks at 224 x 224 over the paper's four uplinks (CAT1 0.13, 3G 1.1, 4G 5.85, WiFi 18.88 Mbit/s),
a frame every 10 s or 20 a second, 100 frames. Stated by the paper: networks, uplinks, frame rates, machines, Caffe, gRPC. Ours: the rates of both machines (no figure of Caffe on either
was found; the device files say how they were derived, before any run); frames travel as the camera gives them, 8 bits a colour (then a frame takes 9.3 s over CAT1, so that the light load of
one in 10 s is one for every network; as 32-bit numbers it would be 37 s); a downlink of 100 Mbit/s; no latency; one user. Throughput is what the engine finishes per second under 20 frames a second,
for the light placement, too. Latency is the frame's computation and transmission without waiting for the frames before it: all schemes queue without bound under the heavy load.
Neurosurgeon is given without the server's backlog, which here would be its own frames. What hangs on these two choices of ours says so beside its rows: the figure with frames as 32-bit numbers, and the one with the backlog. The published ranges are over all points of the paper; which points are their ends is not said, so that the
ends of ours, over 5 networks and 4 uplinks, stand beside them."""

UPLINKS = {"CAT1": 0.13, "3G": 1.1, "4G": 5.85, "WiFi": 18.88}
MODELS = ["alexnet", "resnet18", "nin", "vgg16", "tiny_yolov2"]
SCHEMES = ["dads", "neurosurgeon", "local", "cloud"]
SWITCH_MBIT_PER_S = 1.51


def uplink(mbit_per_s):
    return f"links.user>cloud.rate={mbit_per_s} Mbit/s"


def collect(v, load, sets=()):
    """{(network, uplink, scheme): (latency_s, throughput_per_s)}."""
    out = {}
    for name, rate in UPLINKS.items():
        done = v.run(f"scenarios/dads-{load}.json", [uplink(rate), "arrivals.period=50 ms", *sets])
        for model in MODELS:
            for scheme in SCHEMES:
                latency = sum(done.mean(model, scheme, part) for part in ("computation_s", "transmission_s", "loading_s"))
                out[model, name, scheme] = (latency, done.metric(model, scheme, "throughput_per_s"))
    return out


def ratios(values, against, what):
    """{(network, uplink): how much better dads is}; what: 0 latency, 1 throughput."""
    return {(m, u): values[m, u, against][0] / values[m, u, "dads"][0] if what == 0 else values[m, u, "dads"][1] / values[m, u, against][1]
            for m in MODELS for u in UPLINKS}


def is_heavy(v, mbit_per_s, sets):
    done = v.run("scenarios/dads-heavy.json", [uplink(mbit_per_s), "schemes.dads.frames_per_s=1", "arrivals.tasks=1", *sets], ["dads"], ["resnet18"])
    return done.metric("resnet18", "dads", "dads_heavy_share") > 0.5


def switch_mbit_per_s(v, sets=()):
    """Below it ResNet18 at a frame a second is heavy load."""
    low, high = 0.1, 20.0
    while high - low > 0.005:
        middle = (low + high) / 2
        if is_heavy(v, round(middle, 6), sets):
            low = middle
        else:
            high = middle
    return (low + high) / 2


PUBLISHED = {
    ("light", "local", 0): (1.91, 6.45), ("light", "cloud", 0): (1.35, 8.08),
    ("light", "local", 1): (3.45, 8.31), ("light", "cloud", 1): (1.46, 11.13),
    ("heavy", "local", 0): (1.66, 5.19), ("heavy", "cloud", 0): (1.07, 6.92),
    ("heavy", "local", 1): (4.34, 9.14), ("heavy", "cloud", 1): (1.46, 14.10),
}
LEAST_WHY = "where all at the {} is best DADS does just that, and the ratio is 1 ({} of our 20 points); a least ratio above 1 says that the paper's range has no such point. Means over the uplinks would be such a range: ours are below the table"
MOST_WHY = {
    "cloud": "our largest is over CAT1, where a frame takes 9.3 s and the edge alone less than 1.1 s but for VGG16; the largest ratio cannot exceed a frame's time over the edge's: with a board half as fast it is 9.9, a third as fast 6.6 (tried, below), "
             "so that the paper's board under its Caffe was probably slower than ours, and its server with it, as else the largest speed-up over edge-only would be 11 and more",
    "local": "bounded by the ratio of the two machines' rates, 18.7 / 3.2 = 5.8, which is ours; with a server four times as fast (below) the bound moves, and the ratio with it",
}
NAMES = {"local": "edge-only", "cloud": "cloud-only"}
FLOATS = [f"models.{m}.input_bits=32" for m in MODELS]
BACKLOG = ["schemes.neurosurgeon.backlog=true"]
cache = {}


def is_own_end(load, against):
    """Points where DADS leaves all at that end: as fast as that end alone."""
    return sum(abs(x - 1) < 1e-9 for x in ratios(cache[load], against, 0).values())


def range_rows(v, load, against, what):
    found = ratios(cache[load], against, what)
    rows = []
    for end, published, pick in (("least", PUBLISHED[load, against, what][0], min), ("largest", PUBLISHED[load, against, what][1], max)):
        point = pick(found, key=found.get)
        quantity = ("latency", "throughput")[what]
        why = LEAST_WHY.format({"local": "edge", "cloud": "server"}[against], is_own_end(load, against)) if end == "least" else MOST_WHY[against]
        floats = pick(ratios(cache[load, "floats"], against, what).values())
        miss = abs(found[point] / published - 1) > 0.25
        rows.append(v.row(f"dads.{load}.{quantity}.{against}.{end}", f"{load} load, {quantity}, {end} speed-up over {NAMES[against]} (ours: {point[0]}, {point[1]})", SOURCE,
                          published, found[point], f"{ORIGIN}; frames of 8 bits a colour (as 32-bit numbers: {floats:.2f})", unit="x", why=why if miss else ""))
    return rows


def neurosurgeon_rows(v):
    rows = []
    light = ratios(cache["light"], "neurosurgeon", 0)
    chains = [light[m, u] for m in ("nin", "vgg16", "tiny_yolov2") for u in UPLINKS]
    rows.append(v.row("dads.light.neurosurgeon", "light load, chains: latency of Neurosurgeon / DADS, the point farthest from 1", SOURCE, 1.0,
                      max(chains, key=lambda x: abs(x - 1)), f"{ORIGIN}; frames of 8 bits a colour", unit="x"))
    for model, throughput, latency in (("tiny_yolov2", 1.26, 1.1628), ("vgg16", 1.27, 1.1364)):
        faster = ratios(cache["heavy"], "neurosurgeon", 1)
        uplink_name = max(UPLINKS, key=lambda u, f=faster, m=model: f[m, u])
        slower = 1 / ratios(cache["heavy"], "neurosurgeon", 0)[model, uplink_name]
        why = "the uplink is not said; ours is the one with the largest gain"
        if model == "vgg16":
            why += "; one cut would be 9 % better (behind conv1_2, over WiFi), but no weighted sum of the stages prefers it to both all at the edge and all on the server, and the approximation tries weighted sums (tried, below)"
        others = {}
        for name in ("floats", "backlog"):
            others[name] = (ratios(cache["heavy", name], "neurosurgeon", 1)[model, uplink_name], 1 / ratios(cache["heavy", name], "neurosurgeon", 0)[model, uplink_name])
        for quantity, published, ours in (("throughput", throughput, faster[model, uplink_name]), ("latency", latency, slower)):
            rows.append(v.row(f"dads.heavy.neurosurgeon.{model}.{quantity}", f"heavy load, {model}: {quantity} of DADS / Neurosurgeon (ours: {uplink_name})", SOURCE,
                              published, ours,
                              f"{ORIGIN}; frames of 8 bits a colour (as 32-bit numbers: {others['floats'][quantity == 'latency']:.2f}), Neurosurgeon without the backlog (with it: {others['backlog'][quantity == 'latency']:.2f})",
                              unit="x", why=why if abs(ours / published - 1) > 0.2 else ""))
    return rows


def rows(v):
    for load in ("light", "heavy"):
        cache[load] = collect(v, load)
        cache[load, "floats"] = collect(v, load, FLOATS)
    cache["heavy", "backlog"] = collect(v, "heavy", BACKLOG)
    out = []
    for load, against, what in PUBLISHED:
        out += range_rows(v, load, against, what)
    out += neurosurgeon_rows(v)
    cache["switch"] = switch_mbit_per_s(v)
    floats = switch_mbit_per_s(v, FLOATS)
    out.append(v.row("dads.switch.resnet18", "ResNet18 at a frame a second: heavy load below this uplink", SOURCE, SWITCH_MBIT_PER_S, cache["switch"],
                     f"{ORIGIN}; frames of 8 bits a colour (as 32-bit numbers: {floats:.2f})", unit="Mbit/s"))
    return out


def points_table():
    lines = ["| network | uplink | light: edge-only, cloud-only (latency) | light (throughput) | heavy (latency) | heavy (throughput) | heavy, Neurosurgeon (throughput) |", "|---|---|---|---|---|---|---|"]
    pair = {(load, what): [ratios(cache[load], a, what) for a in ("local", "cloud")] for load in ("light", "heavy") for what in (0, 1)}
    ns = ratios(cache["heavy"], "neurosurgeon", 1)
    for m in MODELS:
        for u in UPLINKS:
            cells = [f"{pair[key][0][m, u]:.2f}, {pair[key][1][m, u]:.2f}" for key in (("light", 0), ("light", 1), ("heavy", 0), ("heavy", 1))]
            lines.append(f"| {m} | {u} | " + " | ".join(cells) + f" | {ns[m, u]:.2f} |")
    return lines


CHANGES = [
    ("as it is", []),
    ("frames as 32-bit numbers", FLOATS),
    ("a server four times as fast", ["nodes.cloud.override.conv_rate=74.8 GFLOP/s", "nodes.cloud.override.fc_rate=18.8 GB/s"]),
    ("a Raspberry Pi half as fast", ["nodes.user.override.conv_rate=1.6 GFLOP/s", "nodes.user.override.fc_rate=1 GB/s"]),
    ("a Raspberry Pi a third as fast", ["nodes.user.override.conv_rate=1.07 GFLOP/s", "nodes.user.override.fc_rate=0.67 GB/s"]),
    ("a downlink as slow as 1 Mbit/s", ["links.default.rate=1 Mbit/s"]),
]


def sensitivity_table(v):
    lines = ["| changed | light, latency: edge-only | cloud-only | ResNet18 is heavy below, Mbit/s |", "|---|---|---|---|"]
    for name, sets in CHANGES:
        values = collect(v, "light", sets) if sets else cache["light"]
        spans = []
        for against in ("local", "cloud"):
            found = ratios(values, against, 0).values()
            spans.append(f"{min(found):.2f} to {max(found):.2f}")
        lines.append(f"| {name} | {spans[0]} | {spans[1]} | {switch_mbit_per_s(v, sets) if sets else cache['switch']:.2f} |")
    return lines


def means_table():
    """If the published ranges were of means over the uplinks."""
    lines = ["Means over the four uplinks of each network, least to largest network (if the paper's ranges were such means):", "", "| load | quantity | over | published | ours |", "|---|---|---|---|---|"]
    for (load, against, what), (low, high) in PUBLISHED.items():
        found = ratios(cache[load], against, what)
        means = [sum(found[m, u] for u in UPLINKS) / len(UPLINKS) for m in MODELS]
        lines.append(f"| {load} | {('latency', 'throughput')[what]} | {NAMES[against]} | {low} to {high} | {min(means):.2f} to {max(means):.2f} |")
    return lines


CHAINS = ["nin", "vgg16", "tiny_yolov2"]


def planned(model, scheme):
    """Seconds of each step and bytes behind it, at one end."""
    program = os.environ.get("FOGSIM", "build/fogsim")
    text = subprocess.run([program, "plan", "scenarios/dads-heavy.json", "--scheme", scheme, "--model", model, "--format", "json"], capture_output=True, text=True, check=True).stdout
    return [(layer["slices"][0]["seconds"], layer["slices"][0]["bytes_out"]) for layer in json.loads(text)["tasks"][0]["layers"]]


def stages_of_cuts(model, frame_s):
    """(edge, link, server) seconds of each cut of a chain; messages take as long as the frame's, byte for byte."""
    edge, server = planned(model, "local"), planned(model, "cloud")
    sent = [3 * 224 * 224] + [size for _, size in edge[:-1]] + [0]
    return [(sum(s for s, _ in edge[:i]), frame_s * sent[i] / sent[0], sum(s for s, _ in server[i:])) for i in range(len(edge) + 1)]


def is_preferred(cuts, i):
    """Whether some weights >= 0 of edge and server make this cut's sum the least; the link's weight is 1."""
    for alpha in [0, *(10 ** (x / 20) for x in range(-80, 160))]:
        low, high = 0, float("inf")
        for k, other in enumerate(cuts):
            slope, rest = cuts[i][2] - other[2], alpha * (other[0] - cuts[i][0]) + other[1] - cuts[i][1]
            if slope > 0:
                high = min(high, rest / slope)
            elif slope < 0:
                low = max(low, rest / slope)
            elif rest < 0:
                high = -1
        if low <= high:
            return True
    return False


def heavy_table(v):
    lines = ["Heavy load, chains: the longest stage that any cut has at least (by trying all; the network's layers, their costs, and messages in proportion to the frame's), and that of DADS. No weights >= 0 of the stages prefer the cuts marked `no`, so that "
             "no search over weights finds them.", "", "| network | uplink | least longest stage, s | steps at the edge, of | found by some weights | DADS, s | DADS / least |", "|---|---|---|---|---|---|---|"]
    for name, rate in UPLINKS.items():
        done = v.run("scenarios/dads-heavy.json", [uplink(rate), "arrivals.tasks=1"], ["dads", "cloud"], CHAINS, record="ops")
        for m in CHAINS:
            frame_s = done.query("SELECT finish_s - start_s FROM op JOIN run USING (run_id) WHERE run.model = ? AND run.scheme = 'cloud' AND op.kind = 'transfer' AND from_node = 'user'", m)[0][0]
            cuts = stages_of_cuts(m, frame_s)
            best = min(range(len(cuts)), key=lambda i, c=cuts: max(c[i]))
            own = done.query("""SELECT max(s) FROM (SELECT sum(finish_s - start_s) AS s FROM op JOIN run USING (run_id) WHERE run.model = ? AND run.scheme = 'dads'
                                AND NOT (op.kind = 'transfer' AND to_node = 'user') GROUP BY op.kind = 'transfer', from_node)""", m)[0][0]
            lines.append(f"| {m} | {name} | {max(cuts[best]):.3f} | {best}, {len(cuts) - 1} | {'yes' if is_preferred(cuts, best) else 'no'} | {own:.3f} | {own / max(cuts[best]):.2f} |")
    return lines


FIFO = ["nodes.user.discipline=fifo", "nodes.cloud.discipline=fifo"]


def order_table(v):
    lines = ["The paper's stages compute frame by frame, so both scenarios serve the earliest deadline first, with a deadline that nobody misses: frames in their order. Served first come, first served, operation by operation, a node under overload would begin "
             "frames before it has ended others, and a divided network would feed its link late. tiny_yolov2, heavy load, frames per second:", "", "| uplink | dads | by operation | Neurosurgeon | dads / Neurosurgeon | by operation |", "|---|---|---|---|---|---|"]
    for name in ("3G", "4G"):
        found = []
        for sets in ([], FIFO):
            done = v.run("scenarios/dads-heavy.json", [uplink(UPLINKS[name]), *sets], ["dads", "neurosurgeon"], ["tiny_yolov2"])
            found += [done.metric("tiny_yolov2", s, "throughput_per_s") for s in ("dads", "neurosurgeon")]
        lines.append(f"| {name} | {found[0]:.2f} | {found[2]:.2f} | {found[1]:.2f} | {found[0] / found[1]:.2f} | {found[2] / found[3]:.2f} |")
    return lines


RATES = [0.13, 0.25, 0.5, 1.1, 2, 3.5, 5.85, 10, 18.88, 40, 100]


def figures(v):
    series = {"local": {m: [] for m in MODELS}, "cloud": {m: [] for m in MODELS}}
    for rate in RATES:
        done = v.run("scenarios/dads-light.json", [uplink(rate), "arrivals.tasks=1"], ["dads", "local", "cloud"])
        for m in MODELS:
            for against, lines in series.items():
                lines[m].append((rate, done.mean(m, against, "latency_s") / done.mean(m, "dads", "latency_s")))
    return [v.figure(f"dads-{NAMES[against]}", f"DADS, light load: speed-up over {NAMES[against]}", "uplink, Mbit/s", f"latency of {NAMES[against]} / DADS", lines, logx=True, logy=against == "cloud", ticks=[f"{r:g}" for r in UPLINKS.values()] + ["0.5", "40", "100"],
                     bands=[("published: {} to {}".format(*PUBLISHED["light", against, 0]), *PUBLISHED["light", against, 0])]) for against, lines in series.items()]


def after(v):
    return "\n".join([*figures(v), "", "Each point: how much better DADS is.", "", *points_table(), "", *means_table(), "", *heavy_table(v), "", *order_table(v), "",
                      "What our choices do (light load, all 20 points; nothing was chosen by this table):", "", *sensitivity_table(v)])
