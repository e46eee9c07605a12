"""Neurosurgeon (Kang et al., ASPLOS 2017)."""
TITLE = "Neurosurgeon: the best cut by network and bandwidth"
SOURCE = "Kang et al., ASPLOS 2017, abstract"
ORIGIN = "devices jetson-nano-gpu, server-v100 (ncnn benchmark readme)"
TEXT = """
`scenarios/neurosurgeon.json`: a Jetson Nano in the place of the paper's Jetson TK1 and a V100 in that of its server's GPU, as there is no preset of either; six image networks in the place of its eight
applications, of which three are AlexNet, VGG and a small net of digits and five are faces, speech and language; DADS' uplinks for 3G, 4G (LTE) and WiFi, as the paper's are not at hand; frames of 8 bits a
colour; 1 W while the radio sends or receives. All that is ours; the published figures are means and maxima over other applications, networks and machines, so that
they say of what order the gain is, no more. Energy is the device's alone (the server's powers are 0 in the scenario)."""

UPLINKS = {"3G": 1.1, "4G": 5.85, "WiFi": 18.88}
MODELS = ["alexnet", "vgg16", "vgg19", "nin", "resnet18", "tiny_yolov2"]
RATES = [0.13, 0.5, 1.1, 2, 5.85, 10, 18.88, 50, 100]
WHY = {
    "latency": "other networks and machines: three of our six take 10 to 80 ms on the Nano, where sending the frame takes 1.1 s over 3G; the paper's include large ones, and its TK1 is a slower board",
    "energy": "other machines and radios: our board takes 8 W to compute and 1 W to send, so that sending everything is seldom far from the best; a phone's radio takes a larger part (the paper's powers are not at hand)",
}


def collect(v):
    out = {}
    for name, rate in UPLINKS.items():
        done = v.run("scenarios/neurosurgeon.json", [f"links.user>cloud.rate={rate} Mbit/s"])
        for m in MODELS:
            out[m, name] = (done.mean(m, "cloud", "latency_s") / done.mean(m, "neurosurgeon", "latency_s"),
                            1 - done.mean(m, "by-energy", "energy_j") / done.mean(m, "cloud", "energy_j"))
    return out


def rows(v):
    found = collect(v)
    speed, saved = [x[0] for x in found.values()], [100 * x[1] for x in found.values()]
    out = []
    for name, about, published, ours, unit in (
            ("latency.mean", "latency of cloud-only / Neurosurgeon, mean of all points", 3.1, sum(speed) / len(speed), "x"),
            ("latency.largest", "the same, largest", 40.7, max(speed), "x"),
            ("energy.mean", "energy of the device saved over cloud-only by the energy objective, mean of all points", 59.5, sum(saved) / len(saved), "%"),
            ("energy.largest", "the same, largest", 94.7, max(saved), "%")):
        out.append(v.row("neurosurgeon." + name, about, SOURCE, published, ours, ORIGIN, unit=unit, why=WHY[name.split(".")[0]] if abs(ours / published - 1) > 0.25 else ""))
    return out


def cut_table(v, device, sets):
    lines = [f"| steps at the user ({device}), of | " + " | ".join(f"{r:g}" for r in RATES) + " Mbit/s |", "|---|" + "---|" * len(RATES)]
    cuts, steps = {}, {}
    for rate in RATES:
        done = v.run("scenarios/neurosurgeon.json", [f"links.user>cloud.rate={rate} Mbit/s", "arrivals.tasks=1", *sets], ["neurosurgeon"], record="layers")
        for m in MODELS:
            cuts[m, rate] = done.metric(m, "neurosurgeon", "neurosurgeon_device_steps_mean")
            steps[m] = done.query("SELECT count(DISTINCT layer) FROM layer JOIN run USING (run_id) WHERE model = ?", m)[0][0]
    for m in MODELS:
        lines.append(f"| {m}, {steps[m]} | " + " | ".join(f"{cuts[m, r]:.0f}" for r in RATES) + " |")
    return lines


def after(v):
    return "\n".join(["The best cut by latency:", "", *cut_table(v, "Jetson Nano", []), "",
                      *cut_table(v, "Raspberry Pi 3B, Caffe", ["nodes.user.device=raspberry-pi-3b-caffe"])])
