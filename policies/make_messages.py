#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes messages.inc, the table of message texts, from strings.json: make_messages.py strings.json languages.def OUT.

Fails when a language lacks a key or has one too many, when placeholders differ between languages, or when a text could
not stand in one line of a mail."""
import json
import re
import sys
import unicodedata

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Refused(Exception):
    """The table is not whole."""


def no_duplicates(pairs):
    """A JSON object whose keys stand once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("a key stands twice in one object of strings.json")
    return found


def languages(rows):
    """The codes of languages.def, in their order, with the names of their rows."""
    return re.findall(r'^LANGUAGE\((\w+), "(\w+)"', rows, flags=re.M)


def check_text(where, text):
    """Refuse what could not be filled in or could not stand in one line."""
    if not isinstance(text, str) or not text:
        raise Refused(f"{where}: not a text")
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text):
        raise Refused(f"{where}: a control character or line break")
    if unicodedata.normalize("NFC", text) != text:
        raise Refused(f"{where}: not in NFC")
    if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
        raise Refused(f"{where}: a brace that is no placeholder")


def check(texts, codes):
    """Every language has the same keys, every key the same placeholders in all of them."""
    if set(texts) != set(codes):
        raise Refused(f"strings.json has {sorted(texts)}, languages.def has {sorted(codes)}")
    first = codes[0]
    for code in codes:
        differing = set(texts[code]) ^ set(texts[first])
        if differing:
            raise Refused(f"{code} and {first} differ in {sorted(differing)}")
        for key, text in texts[code].items():
            if not KEY.fullmatch(key):
                raise Refused(f"{key}: not of the form noun.part")
            check_text(f"{code} {key}", text)
            if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(texts[first][key])):
                raise Refused(f"{code} {key}: other placeholders than in {first}")


def literal(text):
    """A C string literal; the sources are UTF-8."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("??", '?""?') + '"'


def table(texts, named):
    """The rows MESSAGE(NAME, "key") TEXT(LANGUAGE, NAME, "text")."""
    yield "/* Made by make_messages.py from strings.json. MESSAGE opens a key, TEXT gives it in one language. */"
    for key in texts[named[0][1]]:
        name = key.replace(".", "_").upper()
        yield f'MESSAGE({name}, "{key}")'
        for language, code in named:
            yield f"TEXT({language}, {name}, {literal(texts[code][key])})"


def main(strings, rows, out):
    """Write the table, or say what is wrong."""
    try:
        with open(strings, encoding="utf-8") as file:
            texts = json.load(file, object_pairs_hook=no_duplicates)
        with open(rows, encoding="utf-8") as file:
            named = languages(file.read())
        check(texts, [code for _, code in named])
    except Refused as why:
        print(f"make_messages: {why}", file=sys.stderr)
        return 1
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(table(texts, named)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
