#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what server/embedded.c takes into the program: embed.py OUT [DIST].

OUT gets embedded.bin, every form of every file one behind the other; embedded_bytes.S, which takes it in by .incbin; and
embedded_rows.inc, a row of struct page for each file. A form is the file as it is, or a twin by brotli or gzip where that is
smaller. The same files give the same bytes. Without DIST there is nothing in them."""
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

# What is compressed; what is not is so already.
TYPES = {
    ".html": ("text/html; charset=utf-8", True),
    ".js": ("text/javascript; charset=utf-8", True),
    ".css": ("text/css; charset=utf-8", True),
    ".json": ("application/json", True),
    ".webmanifest": ("application/manifest+json", True),
    ".svg": ("image/svg+xml", True),
    ".wasm": ("application/wasm", True),
    ".txt": ("text/plain; charset=utf-8", True),
    ".ico": ("image/x-icon", False),
    ".png": ("image/png", False),
    ".webp": ("image/webp", False),
    ".woff2": ("font/woff2", False),
}
CODINGS = ("br", "gzip", "identity")  # enum coding of server/http/codings.h
HASHED = re.compile(r"/assets/[^/]+-[\w-]{8,}\.\w+$")
PATH = re.compile(r"(/[A-Za-z0-9_][\w.-]*)+")
BROTLI = "process.stdin.resume();const a=[];process.stdin.on('data',d=>a.push(d)).on('end',()=>{" \
    "const z=require('zlib');process.stdout.write(z.brotliCompressSync(Buffer.concat(a)))})"


def brotli(data):
    """By Debian's brotli, or by node, which built the pages and brings it."""
    command = ["brotli", "--best", "--stdout", "-"] if shutil.which("brotli") else ["node", "-e", BROTLI]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def forms(data, compressed):
    """The bytes in each coding; None where a twin saves nothing."""
    twins = {"identity": data}
    if compressed:
        twins["br"] = brotli(data)
        twins["gzip"] = gzip.compress(data, 9, mtime=0)
    return {coding: twin for coding, twin in twins.items() if coding == "identity" or len(twin) < len(data)}


def row(path, data, blob):
    """A row of struct page; the bytes go to the end of the blob."""
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix not in TYPES or not PATH.fullmatch(path):
        raise SystemExit(f"embed.py: {path} is no file that pages are made of")
    content_type, compressed = TYPES[suffix]
    made, cells = forms(data, compressed), []
    tag = hashlib.sha256(data).hexdigest()[:20]
    for coding in CODINGS:
        if coding not in made:
            cells.append("{{NULL, 0}, NULL}")
            continue
        mark = "" if coding == "identity" else f"-{coding}"
        cells.append(f'{{{{embedded_bytes + {len(blob)}, {len(made[coding])}}}, "\\"{tag}{mark}\\""}}')
        blob += made[coding]
    hashed = "true" if HASHED.fullmatch(path) else "false"
    return f'{{"{path}", "{content_type}", {hashed}, {{{", ".join(cells)}}}}},\n'


def main(out, dist=None):
    """Write the three files."""
    out, blob = pathlib.Path(out).resolve(), bytearray()
    files = sorted(path for path in pathlib.Path(dist).rglob("*") if path.is_file()) if dist else []
    rows = [row("/" + path.relative_to(dist).as_posix(), path.read_bytes(), blob) for path in files]
    (out / "embedded.bin").write_bytes(bytes(blob) or b"\0")
    (out / "embedded_rows.inc").write_text("".join(rows), encoding="ascii")
    (out / "embedded_bytes.S").write_text(
        '.section .rodata,"a",%progbits\n.balign 16\n.globl embedded_bytes\n.hidden embedded_bytes\n.type embedded_bytes, %object\n'
        f'embedded_bytes:\n.incbin "{out / "embedded.bin"}"\n.size embedded_bytes, . - embedded_bytes\n'
        '.section .note.GNU-stack,"",%progbits\n', encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
