"""Repeats documents as yrs writes them: reads a line of hex, an update, applies it to an empty
document, answers with a line of hex, the document's full state."""

import sys

from pycrdt import Doc

for line in sys.stdin:
    doc = Doc()
    doc.apply_update(bytes.fromhex(line))
    print(doc.get_update().hex(), flush=True)
