#!/usr/bin/env python3
"""tests/validate_scenarios.py: the schema, the program, the documentation and the bundled scenarios agree.

1. docs/scenario.schema.json is a valid JSON Schema (2020-12); every object in it is closed.
2. Every scenarios/*.json is valid by the schema and by `fogsim check`; tests/broken/*.json by neither.
3. Every key of the schema is known to the program, every key of the program's tables (read from the
   sources) is in the schema, and docs/SCENARIOS.md has every key, also those of devices and protocols.
4. The example of docs/SCENARIOS.md is valid by both, and runs.
Takes FOGSIM (default build/fogsim). Prints 'N passed, N failed'; exit 1 when one failed.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema

FOGSIM = os.environ.get("FOGSIM", "build/fogsim")
passed = failed = 0


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print("FAILED: " + what)


def fogsim(*args):
    return subprocess.run([FOGSIM, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding="utf-8", errors="replace")


def faults_of(scenario, folder):
    """What `fogsim check` says of a scenario given as a value."""
    path = os.path.join(folder, "scenario.json")
    with open(path, "w") as file:
        json.dump(scenario, file)
    return fogsim("check", path).stderr


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def key_table(path, before, after=""):
    """The strings of the first `keys` table behind a piece of the source."""
    text = read(path)
    text = text[text.index(before):]
    table = re.search(after + r"\w*\[\] = \{(.*?)NULL\}", text, re.S).group(1)
    return set(re.findall(r'"([^"]+)"', table))


def holder(base, place):
    """A copy of the base and the object in it at a place; "[]" steps into a list of two."""
    scenario = copy.deepcopy(base)
    at = scenario
    for i, step in enumerate(place):
        if step == "arrivals=bursts":
            scenario["arrivals"] = at = {"kind": "bursts", "tasks": 1}
        elif step != "[]":
            fresh = [{} for _ in place[i + 1:] if _ == "[]"] or {}
            at = at.setdefault(step, fresh)
        elif isinstance(at, list):
            at = at[0]
    return scenario, at


def closed(part, where, open_ones=("models", "schemes", "nodes", "media", "links", "mix", "faults", "vary")):
    """Places of the schema's objects that take any key, but for those whose keys are names."""
    found = []
    if isinstance(part, dict):
        named = where.split(".")[-1] in open_ones
        if part.get("type") == "object" and part.get("additionalProperties") is not False and not named:
            found.append(where)
        for key, value in part.items():
            found += closed(value, where + "." + key, open_ones)
    elif isinstance(part, list):
        for value in part:
            found += closed(value, where, open_ones)
    return found


RADIO = {"bandwidth": "20 MHz", "power": "20 dBm", "path_loss_exponent": 3, "noise": "-94 dBm"}
AREA = [0, 0, "1 km", 100]
STATES = [{"rate": "5 /s", "stay": "1 s"}, {"rate": 0, "stay": 2}]
# Place in the example, value; whether schema and program take it.
FORMS = [
    ("nodes.fog.place", {"at": [1, "2 m"]}, True),
    ("nodes.fog.place", {"at": [[1, 2], [3, 4], [5, 6]]}, True),
    ("nodes.fog.place", {"at": [1, 2, 3]}, False),
    ("nodes.fog.place", {"grid": [2, 2], "area": AREA}, True),
    ("nodes.fog.place", {"grid": [2, 2]}, False),
    ("nodes.fog.place", {"uniform": AREA}, True),
    ("nodes.fog.place", {"uniform": AREA, "at": [1, 2]}, False),
    ("nodes.fog.place", {}, False),
    ("nodes.fog.place", {"waypoints": {"area": AREA, "speed": ["3 km/h", 2], "pause": "5 s", "horizon": "10 min"}}, True),
    ("nodes.fog.place", {"waypoints": {"area": AREA}}, False),
    ("nodes.fog.override", {"power_send": "500 mW", "power_receive": "20 dBm"}, True),
    ("nodes.gateway", {"power_send": 1, "join": "5 s", "leave": "1 h"}, True),
    ("media", {"cell": {"rate": "54 Mbit/s", "per": "fog"}}, True),
    ("media", {"cell": {"per": "fog"}}, False),
    ("links.user>fog", {"rate": "1 Mbit/s", "sharing": "fair", "price_per_gb": 0.1}, True),
    ("links.fog>fog", {"absent": True}, True),
    ("links.user>fog", {"rate": 1e6, "radio": RADIO}, False),
    ("links.user>fog", {"radio": {"bandwidth": 1}}, False),
    ("links.default", {"latency": 1}, False),
    ("links.user>fog.protocol", {"name": "mqtt", "qos": 2, "slow_start": {"segments": 4, "idle": "1 s"}}, True),
    ("links.user>fog.protocol", {"name": "mqtt", "qos": 3}, False),
    ("mix", {"nin": 1}, True),
    ("mix", {"nin": "100 %"}, True),
    ("mix", {}, False),
    ("nodes.user.mix", {"nin": 1.0}, True),
    ("arrivals", {"kind": "bursts", "tasks": 1, "states": STATES}, True),
    ("arrivals", {"kind": "bursts", "tasks": 1, "states": STATES, "next": [[0, 1], [1, 0]]}, True),
    ("arrivals", {"kind": "bursts", "tasks": 1, "states": STATES[:1]}, False),
    ("arrivals", {"kind": "bursts", "states": STATES}, False),
    ("arrivals", {"kind": "periodic", "period": 1, "tasks": 1, "jitter": True}, True),
    ("faults", {"fog": {"up": 1, "down": 1}}, True),
    ("faults", {"fog": {"up": 1, "down": 1, "distribution": "weibull", "shape": [0.7, 1]}}, True),
    ("faults", {"fog": {"up": 1}}, False),
    ("faults", {"fog": {"outages": [{"node": 2, "from": 1, "until": "1 min"}]}}, True),
    ("faults", {"user>fog": {"outages": [{"link": [0, 1], "from": 1}]}}, True),
    ("faults", {"fog": {"outages": [{"node": 0}]}}, False),
    ("recovery", {"rule": "retry", "timeout": 1, "backoff": 1, "backoff_factor": 1.5, "attempts": 2}, True),
    ("recovery", {"rule": "retry", "attempts": 0}, False),
    ("observe", {"queues": "100 ms", "occupancy": False}, True),
    ("sweep", {"vary": {"nodes.fog.count": "1..4x2", "scheme": ["dina", "greedy"]}}, True),
    ("sweep", {"vary": {"theta": [1, 2], "tau": ["off", "1 s"]}, "method": "zip"}, True),
    ("sweep", {"vary": {"tau": "1..10log s"}, "method": "latin", "samples": 3, "seed": 4}, True),
    ("sweep", {"vary": {"tau": "1..10 s"}, "method": "latin"}, False),
    ("sweep", {"vary": {"tau": "1..10 s"}, "samples": 3}, False),
    ("sweep", {"vary": {"tau": "1..10 s"}, "method": "grid", "seed": 3}, False),
    ("sweep", {"vary": {"tau": "1..10 s"}, "method": "cube"}, False),
    ("sweep", {"vary": {"tau": 1}}, False),
    ("sweep", {"vary": {"tau": []}}, False),
    ("sweep", {"vary": {"name": ["a", "b"]}}, False),
    ("sweep", {"vary": {"nodes..count": [1]}}, False),
    ("sweep", {"vary": {}}, False),
    ("sweep", {"method": "grid"}, False),
]


def check_forms(base, validator, folder):
    """The schema and the program agree on every form that a part may have."""
    for place, value, good in FORMS:
        scenario = copy.deepcopy(base)
        at = scenario
        *way, last = place.split(".")
        for step in way:
            at = at.setdefault(step, {})
        at[last] = value
        what = "%s = %s" % (place, json.dumps(value))
        check(validator.is_valid(scenario) == good, what + ": by the schema")
        said = faults_of(scenario, folder)
        check((not said) == good, what + ": by the program: " + said)


def check_schemes(properties, document, base):
    """Names and options of schemes: the program's tables, the schema, the documentation; each scheme refuses those of others."""
    run = subprocess.run(["/usr/bin/python3", "docs/scheme_options.py", "--check"], capture_output=True, text=True)
    check(run.returncode == 0, run.stderr)
    schemes = json.loads(fogsim("list", "schemes", "--json").stdout)
    common = set(re.findall(r'^    \{"(\w+)", OPTION_', read("scenarios/schemes.c"), re.M))
    own = {o["key"] for s in schemes for o in s["options"]}
    check(set(properties) == {"scheme"} | common | own, "options of schema and program: %s" % (set(properties) ^ ({"scheme"} | common | own)))
    check(not common & own, "an own option has the name of a common one: %s" % (common & own))
    with tempfile.TemporaryDirectory() as folder:
        for s in schemes:
            check("`%s`" % s["name"] in document, "docs/SCENARIOS.md: no `%s`" % s["name"])
            keys = {o["key"] for o in s["options"]}
            scenario = copy.deepcopy(base)
            scenario["schemes"] = {"x": {"scheme": s["name"], **{k: {} for k in common | own}}}
            said = faults_of(scenario, folder)
            for key in sorted(common | own):
                refused = re.search(r"schemes\.x\.%s: want (no|a known key)" % key, said) is not None
                known = key in keys or key in s["common"]
                check(refused != known or "more faults" in said, "%s and option %s: %s" % (s["name"], key, said))


def main():
    schema = json.loads(read("docs/scenario.schema.json"))
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        check(True, "")
    except jsonschema.SchemaError as e:
        check(False, "the schema: %s" % e.message)
    validator = jsonschema.Draft202012Validator(schema)
    defs = schema["$defs"]

    for path in sorted(glob.glob("scenarios/*.json")):
        for fault in validator.iter_errors(json.loads(read(path))):
            check(False, "%s: %s: %s" % (path, fault.json_path, fault.message))
        check(validator.is_valid(json.loads(read(path))), path + ": schema")
        run = fogsim("check", path)
        check(run.returncode == 0, path + ": fogsim check: " + run.stderr)

    # What the schema can know is wrong by the schema too; names of files it cannot know.
    for name in ["unknown-key", "wrong-unit", "absurd-sizes", "many-faults", "parts"]:
        path = "tests/broken/%s.json" % name
        check(not validator.is_valid(json.loads(read(path))), path + ": valid by the schema")
        check(fogsim("check", path).returncode == 2, path + ": valid by fogsim check")

    check(not closed(schema, "schema"), "the schema is open in %s" % closed(schema, "schema"))

    # Objects of the schema beside the key tables of the readers.
    props, group, fault = schema["properties"], defs["group"]["properties"], defs["faultProcess"]["properties"]
    figures = group["override"]["properties"]
    arrivals, protocol = props["arrivals"], defs["protocol"]["anyOf"][1]
    link = ["links", "default"]
    # what, its part of the schema, the reader's file, its table stands behind this, where one is put ("[]": in a list)
    pairs = [
        ("scenario", schema, "scenario.c", "ROOT_KEYS", []),
        ("observe", props["observe"], "scenario.c", "read_observe(", ["observe"]),
        ("published", defs["published"], "scenario.c", "read_published_one(", ["published", "[]"]),
        ("model", defs["model"], "models.c", "static void read_model(", ["models", "nin"]),
        ("group", defs["group"], "nodes.c", "static void read_group(", ["nodes", "fog"]),
        ("override", group["override"], "device.c", "OVERRIDE_KEYS", ["nodes", "fog", "override"]),
        ("place", defs["place"], "place.c", "void parts_read_place(", ["nodes", "fog", "place"]),
        ("waypoints", defs["place"]["properties"]["waypoints"], "place.c", "void read_waypoints(",
         ["nodes", "fog", "place", "waypoints"]),
        ("medium", defs["medium"], "links.c", "void read_medium(", ["media", "cell"]),
        ("link", defs["link"], "links.c", "static void read_link(", link),
        ("radio", defs["radio"], "links.c", "read_radio(", link + ["radio"]),
        ("protocol", protocol, "protocols.c", "OVERRIDE_KEYS", link + ["protocol"]),
        ("slow start", protocol["properties"]["slow_start"], "protocols.c", "void read_slow_start(",
         link + ["protocol", "slow_start"]),
        ("arrivals", arrivals, "arrivals.c", "void parts_read_arrivals(", ["arrivals"]),
        ("burst", arrivals["properties"]["states"]["items"], "arrivals.c", "void read_bursts(",
         ["arrivals=bursts", "states", "[]", "[]"]),
        ("fault", defs["faultProcess"], "faults.c", "void read_process(", ["faults", "fog"]),
        ("recovery", props["recovery"], "faults.c", "void read_recovery(", ["recovery"]),
        ("sweep", props["sweep"], "vary.c", "static bool read_definition(", ["sweep"]),
    ]
    document = read("docs/SCENARIOS.md")
    base = json.loads(re.search(r"```json\n(.*?)```", document, re.S).group(1))
    base["nodes"]["fog"].setdefault("override", {})
    with tempfile.TemporaryDirectory() as folder:
        check(not faults_of(base, folder), "docs/SCENARIOS.md: the example: " + faults_of(base, folder))
        for fault in validator.iter_errors(base):
            check(False, "docs/SCENARIOS.md: the example: %s: %s" % (fault.json_path, fault.message))
        run = fogsim("run", os.path.join(folder, "scenario.json"), "--quiet", "--db", os.path.join(folder, "a.db"))
        check(run.returncode == 0, "docs/SCENARIOS.md: the example does not run: " + run.stderr)

        check_forms(base, validator, folder)
        for what, part, path, before, place in pairs:
            check(part.get("additionalProperties") is False, what + " is open in the schema")
            have, want = set(part["properties"]), key_table("scenarios/" + path, before)
            check(have == want, "%s: schema and %s differ in %s" % (what, path, sorted(have ^ want)))
            for key in sorted(have | want):
                check("`%s`" % key in document, "docs/SCENARIOS.md: no `%s` of %s" % (key, what))
                scenario, at = holder(base, place)
                at.setdefault(key, 1)
                check("want a known key" not in faults_of(scenario, folder), "%s: the program refuses %s" % (what, key))
                del at[key]
                at[key + "_x"] = 1
                check("want a known key" in faults_of(scenario, folder), "%s: the program takes any key" % what)

    for path, before in [("scenarios/device.c", "DEVICE_KEYS"), ("scenarios/protocols.c", "PROTOCOL_KEYS")]:
        for key in sorted(key_table(path, before)):
            check("`%s`" % key in document, "docs/SCENARIOS.md: no `%s` of %s" % (key, before))
    outages = set(fault["outages"]["items"]["properties"])
    readers = key_table("scenarios/faults.c", "read_outage(", "node_keys") | key_table("scenarios/faults.c", "read_outage(", "link_keys")
    check(outages == readers, "outages of schema and program")
    check(set(figures) <= key_table("scenarios/device.c", "DEVICE_KEYS"), "override knows more than a device")
    check_schemes(defs["schemeOptions"]["properties"], document, base)

    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
