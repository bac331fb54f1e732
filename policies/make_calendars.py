# SPDX-License-Identifier: Apache-2.0
"""Puts the calendars of calendars/*.yaml into the program, as they are: make_calendars.py OUT FILE.yaml..."""
import pathlib
import sys


def literal(line):
    """A C string literal of one line; the files are ASCII."""
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"'


def rows(files):
    """A row CALENDAR("name", "text") a file; comments are left out."""
    yield "/* Made by make_calendars.py from calendars/. */"
    for file in sorted(files):
        lines = [line for line in file.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
        yield f'CALENDAR("{file.stem}",'
        yield "\n".join("\t" + literal(line) for line in lines) + ")"


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text("\n".join(rows(map(pathlib.Path, sys.argv[2:]))) + "\n", encoding="ascii")
