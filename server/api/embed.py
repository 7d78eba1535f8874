#!/usr/bin/env python3
"""Writes a C file that holds the given files: embed.py OUT FILE...

/openapi.json keeps its place; everything else appears under /docs/."""
import os
import sys


def c_bytes(data):
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    return "\n".join("    " + " ".join("%d," % b for b in row) for row in rows)


out, names = sys.argv[1], sys.argv[2:]
with open(out, "w", encoding="ascii") as f:
    f.write('#include "server/api/embedded.h"\n')
    table = []
    for i, name in enumerate(names):
        with open(name, "rb") as source:
            data = source.read()
        base = os.path.basename(name)
        path = "/openapi.json" if base == "openapi.json" else "/docs/" + base
        f.write("\nstatic const uint8_t file_%d[] = {\n%s\n};\n" % (i, c_bytes(data)))
        table.append('    {"%s", file_%d, sizeof file_%d},\n' % (path, i, i))
    f.write("\nconst embedded_file embedded_files[] = {\n%s" % "".join(table))
    f.write("    {NULL, NULL, 0},\n};\n")
