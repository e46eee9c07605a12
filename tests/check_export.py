#!/usr/bin/python3
"""Compares what `fogsim export` writes of every table and view of a database with what Python's sqlite3 reads.

usage: check_export.py FOGSIM DB

CSV is read by the csv module and by a reader of RFC 4180 of its own, which tells a quoted field from a bare one;
JSON lines by the json module. Values have to be the same to the last bit, texts to the last byte.
"""
import csv
import io
import json
import math
import sqlite3
import struct
import subprocess
import sys


def export(program, db, name, form):
    done = subprocess.run([program, "export", db, name, "--format", form], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_csv(data):
    """Rows of (bytes, quoted); every line ends in CR LF, quotes stand around a whole field or not at all."""
    rows, row, at = [], [], 0
    while at < len(data):
        if data[at:at + 1] == b'"':
            value, at = bytearray(), at + 1
            while True:
                if data[at:at + 2] == b'""':
                    value += b'"'
                    at += 2
                elif data[at:at + 1] == b'"':
                    at += 1
                    break
                else:
                    value += data[at:at + 1]
                    at += 1
                    assert at < len(data), "an open quote"
            row.append((bytes(value), True))
        else:
            end = at
            while data[end:end + 1] not in (b",", b"\r"):
                assert data[end:end + 1] not in (b'"', b"\n", b""), "a bare field with %r" % data[end:end + 1]
                end += 1
            row.append((data[at:end], False))
            at = end
        if data[at:at + 1] == b",":
            at += 1
        else:
            assert data[at:at + 2] == b"\r\n", "want CR LF, have %r" % data[at:at + 2]
            rows.append(row)
            row, at = [], at + 2
    assert not row, "the last line has no end"
    return rows


def same_real(text, value):
    return struct.pack("d", float(text)) == struct.pack("d", value) and ("." in text or "e" in text)


def check_csv_value(field, value):
    data, quoted = field
    if value is None:
        return data == b"" and not quoted
    if isinstance(value, bytes) and value.startswith(b"text:"):
        return data == value[5:] and (quoted or data != b"")
    if isinstance(value, bytes):
        return data == b"X'" + value.hex().encode() + b"'"
    if isinstance(value, int):
        return data == str(value).encode()
    return not quoted and same_real(data.decode(), value)


def check_json_value(have, value):
    if isinstance(value, bytes) and value.startswith(b"text:"):
        try:
            return have == value[5:].decode("utf-8")
        except UnicodeDecodeError:
            return have == {"hex": value[5:].hex()}
    if isinstance(value, bytes):
        return have == {"hex": value.hex()}
    if isinstance(value, float):
        return isinstance(have, float) and (struct.pack("d", have) == struct.pack("d", value) or
                                            math.isinf(have) and have == value)
    return type(have) is type(value) and have == value


def check(program, path, db, name):
    cursor = db.execute('SELECT * FROM "%s"' % name.replace('"', '""'))
    names = [d[0] for d in cursor.description]
    rows = cursor.fetchall()
    data = export(program, path, name, "csv")
    read = read_csv(data)
    assert [f[0].decode() for f in read[0]] == names, "%s: other names" % name
    assert len(read) == len(rows) + 1, "%s: %d rows, want %d" % (name, len(read) - 1, len(rows))
    plain = list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))
    assert plain == [[f[0].decode("latin-1") for f in row] for row in read], "%s: the csv module differs" % name
    lines = export(program, path, name, "jsonl").decode("utf-8").split("\n")
    assert lines.pop() == "" and len(lines) == len(rows), "%s: %d lines, want %d" % (name, len(lines), len(rows))
    for i, row in enumerate(rows):
        parsed = json.loads(lines[i])
        assert list(parsed) == names
        for k, value in enumerate(row):
            assert check_csv_value(read[i + 1][k], value), (name, names[k], value, read[i + 1][k])
            assert check_json_value(parsed[names[k]], value), (name, names[k], value, parsed[names[k]])
    return len(rows)


def main():
    program, path = sys.argv[1:]
    db = sqlite3.connect(path)
    db.text_factory = lambda data: b"text:" + data  # byte by byte, and apart from blobs
    names = [n[5:].decode() for (n,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")]
    print(sum(check(program, path, db, n) for n in names), "rows of", len(names), "tables and views")


if __name__ == "__main__":
    main()
