"""The DINA paper (Mohammed, Joe-Wong, Babbar, Di Francesco, INFOCOM 2020)."""
import math

TITLE = "DINA, the paper: its simulation over fog nodes, users and bandwidth"
SOURCE = "Mohammed et al., INFOCOM 2020 (as its abstract and the DINA thesis give it)"
ORIGIN = "scenarios/dina-paper.json: presets fitted elsewhere, a set-up of ours"
TEXT = """
The paper's set-up is not published: not the numbers of users and fog nodes, area, radio, arrivals, queues, tau, Gamma, theta, compute capability, nor which variables were swept. Every choice in
`scenarios/dina-paper.json` is ours, made for these reasons: a rate r_uf that depends on user and fog node wants a radio with path loss (20 MHz, 20 dBm, exponent 3, -40 dB at 1 m, noise figure 9 dB, an area of
200 m x 200 m, 1 ms), fog nodes are wired to each other (1 Gbit/s); "each node's compute" wants unlike ones (two Jetson Nano with GPU, two without, two Raspberry Pi 4B); users are weak (Raspberry Pi 3B); theta = 3, as tasks
are split into more than two parts; Poisson arrivals of 12 a minute and user, with which no node is used for more than about a third of the time in the base set-up; whole tasks (granularity `task`), tau = the local time. "ResNet32" is taken as ResNet34. GANC is `greedy`.
DADS has one server for each user, given to users in turn, as it does not choose among several. The paper's figures are ranges over its sweeps; ours are the geometric mean over all points of three sweeps and four networks, with
the range beside it. A first set-up, with equal wired links of 94 Mbit/s and two GPU presets as fog nodes, was dropped: without differences of rate no scheme can be better in transmission."""

MODELS = ["alexnet", "resnet34", "vgg16", "nin"]
OTHERS = ["randp", "rand", "greedy", "dads"]
SWEEPS = [
    ("fog nodes", [(str(3 * n), [f"nodes.{g}.count={n}" for g in ("fast", "fog", "slow")]) for n in (1, 2, 4)]),
    ("users", [(str(n), [f"nodes.user.count={n}"]) for n in (5, 10, 20, 40)]),
    ("bandwidth, MHz", [(str(n), [f"links.default.radio.bandwidth={n} MHz"]) for n in (5, 10, 20, 40, 80)]),
]
WHY = {
    "randp": "randp splits as dina does and differs by its choice of nodes alone: three random ones of six are seldom far worse than the best three. The gain grows with the fog nodes (with three both take all of them), so that the "
             "paper's network must have left more to choose: more nodes, or more unlike ones",
    "rand": "",
    "greedy": "greedy sees rates and queues of now and takes the best single node; three nodes can win the ratio of their capacities to its own at most, less what a split sends more; ResNet34's additions bring the parts "
              "of each block together, which costs dina more than it wins",
    "dads": "our DADS has a server in turn, which is a random one of six; the paper's may have been slower",
}
cache = {}


def collect(v):
    for sweep, points in SWEEPS:
        for label, sets in points:
            done = v.run("scenarios/dina-paper.json", sets)
            for m in MODELS:
                for s in ["dina", *OTHERS]:
                    cache[sweep, label, m, s] = (done.mean(m, s, "latency_s"), done.mean(m, s, "transmission_s"))


def ratios(scheme, what):
    found = []
    for (sweep, label, m, s), values in cache.items():
        own = cache[sweep, label, m, "dina"][what]
        if s == scheme and own > 0:
            found.append(values[what] / own)
    return found


def rows(v):
    collect(v)
    out = []
    for scheme, what, published in (("randp", 0, [1.7, 5.2]), ("rand", 0, [1.7, 5.2]), ("greedy", 0, [1.7, 5.2]), ("dads", 0, [2.6, 4.2]), ("randp", 1, [1.7, 2.9]), ("rand", 1, [1.7, 2.9])):
        found = ratios(scheme, what)
        mean = math.exp(sum(math.log(x) for x in found) / len(found))
        quantity = ("total time", "transmission")[what]
        end = published[0] if mean < published[0] else published[1]
        miss = not published[0] <= mean <= published[1] and abs(mean / end - 1) > 0.25
        out.append(v.row(f"dina_paper.{quantity.split()[0]}.{scheme}", f"{quantity}, {scheme} / dina, mean of {len(found)} points ({min(found):.2f} to {max(found):.2f})", SOURCE, published, mean, ORIGIN,
                         unit="x", why=WHY[scheme] if miss else ""))
    return out


def after(v):
    lines = ["Total time (transmission) over dina's, geometric mean over the four networks:", "", "| sweep | value | " + " | ".join(OTHERS) + " |", "|---|---|" + "---|" * len(OTHERS)]
    for sweep, points in SWEEPS:
        for label, _ in points:
            cells = []
            for s in OTHERS:
                pair = [math.exp(sum(math.log(cache[sweep, label, m, s][what] / cache[sweep, label, m, "dina"][what]) for m in MODELS) / len(MODELS)) for what in (0, 1)]
                cells.append(f"{pair[0]:.2f} ({pair[1]:.2f})")
            lines.append(f"| {sweep} | {label} | " + " | ".join(cells) + " |")
    lines += ["", "And by network, over all points: total time over dina's, least to largest.", "", "| network | " + " | ".join(OTHERS) + " |", "|---|" + "---|" * len(OTHERS)]
    for m in MODELS:
        cells = []
        for s in OTHERS:
            found = [cache[w, x, m, s][0] / cache[w, x, m, "dina"][0] for w, points in SWEEPS for x, _ in points]
            cells.append(f"{min(found):.2f} to {max(found):.2f}")
        lines.append(f"| {m} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
