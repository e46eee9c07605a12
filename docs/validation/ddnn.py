"""DDNN: early exits on device and server, beside Tables II and III of the framework of Cheng, Sun and Tu."""
import json

TITLE = "DDNN: early exits (Cheng, Sun, Tu; Teerapittayanon, McDanel, Kung)"
FRAMEWORK = "Cheng, Sun, Tu, An adaptive computation framework of distributed deep learning models for IoT applications, Tables II and III"
TEXT = """
An Odroid-XU4, a gigabit link, MQTT, a server with a Titan Xp; CIFAR-10, 64 filters on the device. `scenarios/ddnn-surveillance.json` is the deep network,
`ddnn-surveillance-shallow.json` the shallow one. Both devices are presets of which one published row each set a rate (marked). Exit rates and accuracies are the
published ones, carried through. Not published, and ours: filters and linear layer of the server's part, latency of the link (0.1 ms), where the broker is (at the
receiver), the exit rate of the shallow network (nobody leaves on the device here).

The source's own parts do not add up to its totals (0.586 + 0.055 + 0.002 s against 0.686 s), so its sub-terms are good to 10 % at best. Its communication
times do not follow what is sent: 2 ms on average where 98 % of the samples send their features, 27 ms where 57 % do, 374 ms for the shallow network with
the same features. They were taken in a campus network among other traffic.
"""

DEVICE_DEEP = ("fconv", "exit_linear")
DEVICE_SHALLOW = ("fconv", "bconv", "exit_linear")
COMMUNICATION = "other traffic of the campus network, which the source names and does not quantify: its figures do not follow what is sent (above). Alone, 38.7 kB " \
                "of text and headers take 0.3 ms of a gigabit link, ports and broker 0.4 ms. See the link rates below"
SERVER_PART = "the source contradicts itself: the whole deep network takes 0.016 s on this card (the row that set the preset's time per call), the last part of it " \
              "0.055 s. Probably reading 65 536 features from text is in the latter (ours: the source does not tell it apart, and nothing says how long it takes)"

cache = {}


def results(v, scenario, **more):
    key = (scenario, str(more))
    if key not in cache:
        cache[key] = v.run(f"scenarios/{scenario}.json", record="layers", **more)
    return cache[key]


def steps_s(r, model, scheme, device_steps, on_device):
    """Mean computation of the device's steps over all tasks, or of the others over those that went on."""
    marks = ", ".join("?" * len(device_steps))
    word = "" if on_device else "NOT"
    sql = f"""SELECT avg(s) FROM (SELECT sum(l.computation_s) AS s FROM layer AS l JOIN task AS t USING (run_id, task_id) JOIN run USING (run_id)
              WHERE run.model = ? AND run.scheme = ? AND l.name {word} IN ({marks}) {"" if on_device else "AND t.exit = 2"} GROUP BY run_id, task_id)"""
    return r.query(sql, model, scheme, *device_steps)[0][0]


def cloud_utilization(r, scheme):
    return r.query("SELECT avg(utilization) FROM node JOIN run USING (run_id) WHERE kind = 'cloud' AND run.scheme = ?", scheme)[0][0]


def deep_rows(v):
    r = results(v, "ddnn-surveillance")
    preset = "device presets, published exit rates"
    published = {"t04": (0.586, 0.055, 0.002, 0.686, 0.65), "t08": (0.587, 0.055, 0.027, 0.616, 0.58)}
    rows = []
    for scheme, (device, server, communication, total, accuracy) in published.items():
        t = {"t04": "0.4", "t08": "0.8"}[scheme]
        rows += [
            v.row(f"ddnn.deep.{scheme}.device", f"deep, threshold {t}: device", FRAMEWORK, device, steps_s(r, "deep", scheme, DEVICE_DEEP, True),
                  "this row", "s", calibration=True),
            v.row(f"ddnn.deep.{scheme}.server", f"deep, threshold {t}: server, of those who go on", FRAMEWORK, server,
                  steps_s(r, "deep", scheme, DEVICE_DEEP, False), "server-only row", "s", why=SERVER_PART),
            v.row(f"ddnn.deep.{scheme}.communication", f"deep, threshold {t}: communication", FRAMEWORK, communication,
                  r.mean("deep", scheme, "transmission_s"), "protocol mqtt, encoding 4.5", "s", why=COMMUNICATION),
            v.row(f"ddnn.deep.{scheme}.total", f"deep, threshold {t}: total", FRAMEWORK, total, r.mean("deep", scheme, "latency_s"), preset, "s",
                  why="the server's part and the campus traffic, above; 43 ms of the 0.686 s are in none of the source's parts" if t == "0.4" else ""),
            v.row(f"ddnn.deep.{scheme}.accuracy", f"deep, threshold {t}: overall accuracy", FRAMEWORK, accuracy, r.metric("deep", scheme, "accuracy_overall"),
                  "published accuracies of both exits", why=ACCURACY[scheme]),
            v.row(f"ddnn.deep.{scheme}.exit", f"deep, threshold {t}: leave on the device", FRAMEWORK, {"t04": 0.02, "t08": 0.43}[scheme],
                  r.metric("deep", scheme, "exit_rate_1"), "this row, drawn 1000 times", calibration=True),
        ]
    return rows


ACCURACY = {
    "t04": "",
    "t08": "0.44 is the local exit's accuracy on all samples; those who leave there are the sure ones. 58 % overall means that 60.7 % of them are right: "
            "(0.58 - 0.57 x 0.56) / 0.43 (option accuracy_exits)",
}


def server_rows(v):
    r = results(v, "ddnn-surveillance")
    return [
        v.row("ddnn.server.server", "server only: server", FRAMEWORK, 0.016, r.mean("deep", "server", "computation_s"), "this row", "s", calibration=True),
        v.row("ddnn.server.communication", "server only: communication", FRAMEWORK, 0.083, r.mean("deep", "server", "transmission_s"),
              "protocol mqtt, encoding 4.5", "s", why=COMMUNICATION),
        v.row("ddnn.server.total", "server only: total", FRAMEWORK, 0.118, r.mean("deep", "server", "latency_s"), "device presets", "s",
              why="70 % of it is communication in campus traffic; 19 ms are in neither of the source's parts"),
    ]


def shallow_rows(v):
    r = results(v, "ddnn-surveillance-shallow")
    deep = results(v, "ddnn-surveillance")
    server = steps_s(r, "shallow", "split", DEVICE_SHALLOW, False)
    return [
        v.row("ddnn.shallow.device", "shallow: device", FRAMEWORK, 25.456, steps_s(r, "shallow", "split", DEVICE_SHALLOW, True), "this row", "s",
              calibration=True),
        v.row("ddnn.shallow.server", "shallow: server", FRAMEWORK, 0.028, server, "server-only row of the deep network", "s", why=SERVER_PART),
        v.row("ddnn.shallow.ratio", "server's part, deep / shallow", FRAMEWORK, 0.055 / 0.028, steps_s(deep, "deep", "t04", DEVICE_DEEP, False) / server,
              "layers (5 and 3) and time per call"),
        v.row("ddnn.shallow.communication", "shallow: communication", FRAMEWORK, 0.374, r.mean("shallow", "split", "transmission_s"),
              "protocol mqtt, encoding 4.5", "s", why=COMMUNICATION),
        v.row("ddnn.shallow.total", "shallow: total", FRAMEWORK, 25.759, r.mean("shallow", "split", "latency_s"), "device presets", "s",
              why="99 % of it is the device's part, which set a rate"),
        v.row("ddnn.shallow.accuracy", "shallow: overall accuracy", FRAMEWORK, 0.48, r.metric("shallow", "split", "accuracy_overall"),
              "published accuracy of the server", why="higher than either exit's (0.45, 0.47), so of samples that leave where they are sure; the rates are not published"),
    ]


def load_rows(v):
    r = results(v, "ddnn-surveillance")
    many = results(v, "ddnn-surveillance-many")
    features = r.query("SELECT max(bytes_sent) FROM layer JOIN run USING (run_id) WHERE layer.name = 'conv1' AND run.scheme = 't04'")[0][0]
    wire = r.query("""SELECT sum(bytes) / sum(transfers) FROM link JOIN run USING (run_id)
                      WHERE run.scheme = 't04' AND from_node = 'device'""")[0][0]
    relief = 98 * (1 - cloud_utilization(many, "t08") / cloud_utilization(many, "t04"))
    return [
        v.row("ddnn.features", "features of a sample", FRAMEWORK + " (about 8 KB)", 8192, features, "shape of the network: 64 x 32 x 32 bits", "B"),
        v.row("ddnn.text", "the same as text, on the wire", FRAMEWORK + " (more than 36 KB)", [36000, 40000], wire,
              "encoding 4.5 = 36 KB / 8 KB: this row", "B", calibration=True),
        v.row("ddnn.relief", "load taken from the server by threshold 0.8 instead of 0.4, points of 98 (W3)", FRAMEWORK + " (-41 points)", 41, relief,
              "published exit rates", "points"),
    ]


def rows(v):
    return deep_rows(v) + server_rows(v) + shallow_rows(v) + load_rows(v)


def rate_table(v):
    lines = ["The communication that the source measured beside the rate of the link that would explain it (features as text, threshold 0.4, mean of all samples):", "",
             "| link | communication, ms |", "|---|---|"]
    for rate in ("1 Gbit/s", "100 Mbit/s", "10 Mbit/s", "1 Mbit/s"):
        r = results(v, "ddnn-surveillance", sets=[f"links.default.rate={rate}"], schemes=["t04"])
        lines.append(f"| {rate} | {1000 * r.mean('deep', 't04', 'transmission_s'):.2f} |")
    r = results(v, "ddnn-surveillance", sets=["protocol=mqtt"], schemes=["t04"])
    lines.append(f"| 1 Gbit/s, features as bits (8 kB) | {1000 * r.mean('deep', 't04', 'transmission_s'):.2f} |")
    lines += ["", "Server only, where the frame itself travels (the source does not say how; its 83 ms are beside any of these):", "", "| frame | communication, ms |", "|---|---|"]
    for label, sets in (("32-bit numbers as text (55 kB; as in the row)", []), ("8 bits a colour as text (14 kB)", ["models.deep.input_bits=8"])):
        r = results(v, "ddnn-surveillance", sets=sets, schemes=["server"])
        lines.append(f"| {label} | {1000 * r.mean('deep', 'server', 'transmission_s'):.2f} |")
    return lines


def workload_table(v):
    lines = ["Workloads W1 to W3 are named in the source, not described; these are ours: W1 8 cameras with a frame a second each, W2 8 cameras in bursts, W3 70 cameras "
             "with a frame a second, each request holding 285 MB of a server with 20 GB (70 at a time, as published; one Titan Xp of 12 GB would hold 42).", "",
             "| workload | scheme | latency, s | queueing, s | server's load | most memory, GB | dropped |", "|---|---|---|---|---|---|---|"]
    for label, name in (("W1", "steady"), ("W2", "burst"), ("W3", "many")):
        r = results(v, "ddnn-surveillance-" + name)
        for scheme in ("t04", "t08", "server"):
            memory = r.query("SELECT max(memory_peak_bytes) FROM node JOIN run USING (run_id) WHERE kind = 'cloud' AND run.scheme = ?", scheme)[0][0]
            lines.append(f"| {label} | {scheme} | {r.mean('deep', scheme, 'latency_s'):.3f} | {r.mean('deep', scheme, 'queueing_s'):.3f} "
                         f"| {100 * cloud_utilization(r, scheme):.1f} % | {memory / 1e9:.2f} | {r.metric('deep', scheme, 'tasks_dropped'):.0f} |")
    return lines + ["", "`server` has 70 frames of 16 ms each in a second to compute in W3: more than one card can, so its queue grows to the end of the run. It holds what its tensors and weights need, no "
                    "instance of 285 MB: its memory cannot be compared with the other two."]


CAMERAS = (20, 50, 70, 90, 120, 150)


def with_cameras(v, cameras):
    return results(v, "ddnn-surveillance-many", sets=[f"nodes.device.count={cameras}", "replications=1", "nodes.cloud.memory=ignore"])


def camera_figure(v):
    names = {"t04": "threshold 0.4", "t08": "threshold 0.8", "server": "server only"}
    series = {label: [(n, with_cameras(v, n).mean("deep", scheme, "latency_s")) for n in CAMERAS] for scheme, label in names.items()}
    return v.figure("ddnn-cameras", "DDNN: cameras of a frame a second at one server (W3, 40 s)", "cameras", "mean latency, s", series, logy=True, ticks=[str(n) for n in CAMERAS])


# At the published thresholds: who leaves on the device, accuracy of all.
PUBLISHED = {0.4: (0.02, 0.65), 0.8: (0.43, 0.58)}


def threshold_figure(v):
    steps = [x / 20 for x in range(21)]
    leave, accuracies = [], {0.65: [], 0.56: []}
    for t in steps:
        for server, points in accuracies.items():
            scheme = {"scheme": "ddnn", "exits": "distribution", "entropy_a": [4.626495], "entropy_b": [1.194342], "thresholds": [t], "accuracy_local": 0.44, "accuracy_server": server}
            r = v.run("scenarios/ddnn-surveillance.json", ["schemes.sweep=" + json.dumps(scheme)], ["sweep"])
            points.append((t, 100 * r.metric("deep", "sweep", "accuracy_overall")))
        leave.append((t, 100 * r.metric("deep", "sweep", "exit_rate_1")))
    series = {"leave on the device": leave, "the same, published": [(t, 100 * x[0]) for t, x in PUBLISHED.items()], "accuracy (44 %, 65 %)": accuracies[0.65], "accuracy (44 %, 56 %)": accuracies[0.56],
              "accuracy, published": [(t, 100 * x[1]) for t, x in PUBLISHED.items()]}
    text = "The published accuracies of the exits (44 % on the device; 65 % on the server at 0.4, 56 % of the harder ones that are left at 0.8) carried through at each threshold; those who leave on the device are the sure ones, so that the published " \
           "accuracy at 0.8 lies above both lines. The exit rates between and beside the two published points are those of the Beta distribution, ours."
    return v.figure("ddnn-threshold", "DDNN: exit rate and accuracy over the threshold", "threshold of the normalised entropy", "% of the samples", series, dots=["the same, published", "accuracy, published"]) + "\n\n" + text


def capacity_table(v):
    lines = ["How many cameras one server bears (W3 with other numbers of cameras, 40 s): mean latency in s. A server that computes nothing else takes 1 / 16.0 ms = 62 whole "
             "frames a second; of those that go on from a device, 1 / 13.3 ms = 75, which 0.98 x 77 or 0.57 x 132 cameras send:", "",
             "| cameras | t04 | t08 | server |", "|---|---|---|---|"]
    for cameras in CAMERAS:
        r = with_cameras(v, cameras)
        lines.append(f"| {cameras} | " + " | ".join(f"{r.mean('deep', scheme, 'latency_s'):.3f}" for scheme in ("t04", "t08", "server")) + " |")
    lines += ["", "All 70 cameras at the same instant, threshold 0.4: of 68.6 that go on the server's memory holds", "",
              "| memory | most held, GB | dropped |", "|---|---|---|"]
    for memory in ("20 GB", "12 GB"):
        r = results(v, "ddnn-surveillance-many", sets=["arrivals.jitter=false", f"nodes.cloud.override.memory={memory}"], schemes=["t04"])
        held = r.query("SELECT max(memory_peak_bytes) FROM node WHERE kind = 'cloud'")[0][0]
        dropped = r.query("SELECT avg(status = 'dropped') FROM task")[0][0]
        lines.append(f"| {memory} | {held / 1e9:.2f} | {100 * dropped:.1f} % |")
    return lines + ["", "12 GB hold 42 instances of 285 MB, so (68.6 - 42) / 70 = 38 % have to go."]


def threshold_table(v):
    lines = ["The scheme `change` draws entropies from the Beta distribution through both published points (F(0.4) = 0.02 and F(0.8) = 0.43: a = 4.626, b = 1.194; "
             "between them it is ours) and changes the threshold from 0.4 to 0.8 at 60 s by a broadcast:", "",
             "| tasks planned | leave on the device |", "|---|---|"]
    r = results(v, "ddnn-surveillance")
    for word, sign in (("before 60 s", "<"), ("from 60 s on", ">=")):
        rate = r.query(f"SELECT avg(exit = 1) FROM task JOIN run USING (run_id) WHERE run.scheme = 'change' AND arrived_s {sign} 60")[0][0]
        lines.append(f"| {word} | {100 * rate:.1f} % |")
    return lines


def device_table(v):
    lines = ["Several cameras to a sample (W1 with a frame each 5 s, threshold 0.4, the server aggregates; each camera computes for all samples that it sees):", "",
             "| cameras, aggregation | latency, s | bytes sent for a sample | server's load |", "|---|---|---|---|"]
    for devices, how in ((1, "max"), (2, "max"), (4, "max"), (4, "concatenate")):
        r = results(v, "ddnn-surveillance-steady", sets=group(devices, how), schemes=["group"])
        sent = r.query("SELECT sum(l.bytes_sent) * 1.0 / count(DISTINCT run_id || '.' || task_id) FROM layer AS l JOIN run USING (run_id)")[0][0]
        lines.append(f"| {devices}, {how} | {r.mean('deep', 'group', 'latency_s'):.3f} | {sent:.0f} | {100 * cloud_utilization(r, 'group'):.1f} % |")
    return lines


def group(devices, how):
    several = f', "aggregator": "server", "aggregation": "{how}", "devices_per_sample": {devices}' if devices > 1 else ""
    return [f'schemes.group={{"scheme": "ddnn", "exit_rates": [0.02, 0.98]{several}}}',
            'arrivals={"kind": "periodic", "period": "5 s", "jitter": true, "duration": "500 s"}']


def after(v):
    return "\n".join([*rate_table(v), "", *workload_table(v), "", *capacity_table(v), "", camera_figure(v), "", *threshold_table(v), "", threshold_figure(v), "", *device_table(v)])
