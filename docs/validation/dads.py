"""DADS (Hu, Bao, Wang, Liu, INFOCOM 2019)."""
TITLE = "DADS: DNN surgery between a Raspberry Pi and a server"
SOURCE = "Hu et al., INFOCOM 2019"
ORIGIN = "devices raspberry-pi-3b-caffe, server-8-core-caffe (other boards and machines under Caffe, scaled by clocks)"
TEXT = """
`scenarios/dads-light.json` and `dads-heavy.json`: five networks at 224 x 224 over the paper's four uplinks (CAT1 0.13, 3G 1.1, 4G 5.85, WiFi 18.88 Mbit/s),
a frame every 10 s or 20 a second, 100 frames. Stated by the paper: networks, uplinks, frame rates, machines, Caffe, gRPC. Ours: the rates of both machines (no figure of Caffe on either
was found; the device files say how they were derived, before any run); frames travel as the camera gives them, 8 bits a colour (then a frame takes 9.3 s over CAT1, so that the light load of
one in 10 s is one for every network; as 32-bit numbers it would be 37 s); a downlink of 100 Mbit/s; no latency; one user. Throughput is what the engine finishes per second under 20 frames a second,
for the light placement, too. Latency is the frame's computation and transmission without waiting for the frames before it: all schemes queue without bound under the heavy load.
Neurosurgeon is given without the server's backlog, which here would be its own frames. The published ranges are over all points of the paper; which points are their ends is not said, so that the
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
LEAST_WHY = "where all at the {} is best DADS does just that, and the ratio is 1: with our rates that is so at some of the 20 points; a least ratio above 1 says that the paper's range has no such point, " \
            "or is one of means over the uplinks"
MOST_WHY = {
    "cloud": "our largest is over CAT1, where a frame takes 9.3 s and the edge alone less than 1.1 s but for VGG16; "
             "on the paper's board under its Caffe the edge alone must have taken longer, as the largest ratio cannot exceed 9.3 s over the edge's time",
    "local": "bounded by the ratio of the two machines' rates, which is ours",
}
NAMES = {"local": "edge-only", "cloud": "cloud-only"}
cache = {}


def range_rows(v, load, against, what):
    found = ratios(cache[load], against, what)
    rows = []
    for end, published, pick in (("least", PUBLISHED[load, against, what][0], min), ("largest", PUBLISHED[load, against, what][1], max)):
        point = pick(found, key=found.get)
        quantity = ("latency", "throughput")[what]
        why = LEAST_WHY.format({"local": "edge", "cloud": "server"}[against]) if end == "least" else MOST_WHY[against]
        miss = abs(found[point] / published - 1) > 0.25
        rows.append(v.row(f"dads.{load}.{quantity}.{against}.{end}", f"{load} load, {quantity}, {end} speed-up over {NAMES[against]} (ours: {point[0]}, {point[1]})", SOURCE,
                          published, found[point], ORIGIN, unit="x", why=why if miss else ""))
    return rows


def neurosurgeon_rows(v):
    rows = []
    light = ratios(cache["light"], "neurosurgeon", 0)
    chains = [light[m, u] for m in ("nin", "vgg16", "tiny_yolov2") for u in UPLINKS]
    rows.append(v.row("dads.light.neurosurgeon", "light load, chains: latency of Neurosurgeon / DADS, the point farthest from 1", SOURCE, 1.0,
                      max(chains, key=lambda x: abs(x - 1)), ORIGIN, unit="x"))
    for model, throughput, latency in (("tiny_yolov2", 1.26, 1.1628), ("vgg16", 1.27, 1.1364)):
        faster = ratios(cache["heavy"], "neurosurgeon", 1)
        uplink_name = max(UPLINKS, key=lambda u, f=faster, m=model: f[m, u])
        slower = 1 / ratios(cache["heavy"], "neurosurgeon", 0)[model, uplink_name]
        why = "the uplink is not said; ours is the one with the largest gain"
        if model == "vgg16":
            why += "; with our rates one cut would be better (behind pool1, over WiFi), but no weighted sum of the stages prefers it to both all at the edge and all on the server, and the approximation tries weighted sums"
        for quantity, published, ours in (("throughput", throughput, faster[model, uplink_name]), ("latency", latency, slower)):
            rows.append(v.row(f"dads.heavy.neurosurgeon.{model}.{quantity}", f"heavy load, {model}: {quantity} of DADS / Neurosurgeon (ours: {uplink_name})", SOURCE,
                              published, ours, ORIGIN, unit="x", why=why if abs(ours / published - 1) > 0.25 else ""))
    return rows


def rows(v):
    for load in ("light", "heavy"):
        cache[load] = collect(v, load)
    out = []
    for load, against, what in PUBLISHED:
        out += range_rows(v, load, against, what)
    out += neurosurgeon_rows(v)
    cache["switch"] = switch_mbit_per_s(v)
    out.append(v.row("dads.switch.resnet18", "ResNet18 at a frame a second: heavy load below this uplink", SOURCE, SWITCH_MBIT_PER_S, cache["switch"], ORIGIN, unit="Mbit/s"))
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
    ("frames as 32-bit numbers", [f"models.{m}.input_bits=32" for m in MODELS]),
    ("a server four times as fast", ["nodes.cloud.override.conv_rate=74.8 GFLOP/s", "nodes.cloud.override.fc_rate=18.8 GB/s"]),
    ("a Raspberry Pi half as fast", ["nodes.user.override.conv_rate=1.6 GFLOP/s", "nodes.user.override.fc_rate=1 GB/s"]),
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


def after(v):
    return "\n".join(["Each point: how much better DADS is.", "", *points_table(), "", "What our choices do (light load, all 20 points; nothing was chosen by this table):", "", *sensitivity_table(v)])
