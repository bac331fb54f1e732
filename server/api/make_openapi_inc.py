#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes openapi.inc, the bytes of the API's description for the program: make_openapi_inc.py openapi.json OUT."""
import json
import sys


def lines(path):
    """The JSON without spaces, as the numbers of a C array."""
    with open(path, encoding="utf-8") as file:
        text = json.dumps(json.load(file), ensure_ascii=False, separators=(",", ":")).encode()
    for at in range(0, len(text), 24):
        yield ",".join(str(byte) for byte in text[at:at + 24]) + ",\n"


def main(source, out):
    """Write the array's content."""
    with open(out, "w", encoding="ascii") as file:
        file.writelines(lines(source))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
