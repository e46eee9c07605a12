#!/usr/bin/python3
"""Writes what the program knows of schemes into docs/scenario.schema.json (names and options) and docs/SCENARIOS.md (table of options).

Run from the project's root after `make all`: /usr/bin/python3 docs/scheme_options.py; with --check it changes nothing and exits 1 where they differ.
"""
import json
import os
import subprocess
import sys

PROGRAM = os.environ.get("FOGSIM", "build/fogsim")
SCHEMA, TEXT = "docs/scenario.schema.json", "docs/SCENARIOS.md"
BEGIN, END = "<!-- options of schemes: written by docs/scheme_options.py -->", "<!-- end of options of schemes -->"
OWN_MARK = "Own option of "


def value_schema(o):
    kind = o["kind"]
    if kind == "bool":
        return {"type": "boolean"}
    if kind == "choice":
        return {"enum": o["words"]}
    if kind == "integer":
        return {"type": "integer", "minimum": o["low"], "maximum": o["high"]}
    if kind == "number":
        return {"type": ["number", "string"]}
    if kind == "numbers":
        return {"type": "array", "items": {"type": ["number", "string"]}}
    if kind in ("text", "nodes"):
        return {"type": "string"}
    return {"$ref": "#/$defs/" + kind}


def own_properties(schemes):
    found = {}
    for s in schemes:
        for o in s["options"]:
            found.setdefault(o["key"], []).append((s["name"], o))
    properties = {}
    for key in sorted(found):
        forms = []
        for _, o in found[key]:
            if value_schema(o) not in forms:
                forms.append(value_schema(o))
        about = "; ".join(f"{name}: {o['about']}" for name, o in found[key])
        properties[key] = {"description": OWN_MARK + about, **(forms[0] if len(forms) == 1 else {"anyOf": forms})}
    return properties


def new_schema(text, schemes):
    schema = json.loads(text)
    properties = schema["$defs"]["schemeOptions"]["properties"]
    for key in [k for k, v in properties.items() if v.get("description", "").startswith(OWN_MARK)]:
        del properties[key]
    properties["scheme"]["enum"] = [s["name"] for s in schemes]
    own = own_properties(schemes)
    clash = sorted(set(own) & set(properties))
    if clash:
        sys.exit(f"docs/scheme_options.py: own options with the names of common ones: {clash}")
    properties.update(own)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def shown_default(o):
    if "default" not in o:
        return ""
    value = o["default"]
    return ("true" if value else "false") if isinstance(value, bool) else f"`{value}`" if isinstance(value, str) else f"{value:g}"


def shown_values(o):
    if o["kind"] == "choice":
        return ", ".join(f"`{w}`" for w in o["words"])
    if "low" in o:
        return f"{o['low']:g} to {o['high']:g}"
    return ""


def new_text(text, schemes):
    lines = [BEGIN, "| scheme | option | kind | default | values | meaning |", "|---|---|---|---|---|---|"]
    for s in schemes:
        lines += [f"| {s['name']} | `{o['key']}` | {o['kind']} | {shown_default(o)} | {shown_values(o)} | {o['about']} |" for o in s["options"]]
    head, rest = text.split(BEGIN)
    return head + "\n".join(lines) + "\n" + END + rest.split(END)[1]


def main():
    schemes = json.loads(subprocess.run([PROGRAM, "list", "schemes", "--json"], check=True, capture_output=True, text=True).stdout)
    stale = []
    for path, change in ((SCHEMA, new_schema), (TEXT, new_text)):
        with open(path, encoding="utf-8") as file:
            old = file.read()
        new = change(old, schemes)
        if new != old:
            stale.append(path)
            if "--check" not in sys.argv:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(new)
    if "--check" in sys.argv and stale:
        sys.exit("stale, run docs/scheme_options.py: " + ", ".join(stale))


if __name__ == "__main__":
    main()
