#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rewrites the tables in docs/ that are made from the project's tables of facts: make_tables.py [--check].

A table stands between '<!-- table of FILE: made by docs/make_tables.py -->' and '<!-- end of table -->'. --check changes
nothing; it names the pages that are stale and exits 1 if there is one."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = ("docs/actions.md", "docs/api.md", "docs/operating.md")
TABLE = re.compile(r"(<!-- table of (\S+): made by docs/make_tables\.py -->\n).*?(<!-- end of table -->\n)", flags=re.S)
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,()"\s][^,()"]*(?:\([^()]*\)[^,()"]*)*)')


def without_comments(text):
    """C text without its block comments; strings stay whole."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/', lambda found: found[1] or "", text, flags=re.S)


def arguments(text):
    """The arguments of one row: strings without their quotes, everything else as it stands."""
    for found in WORD.finditer(text):
        yield json.loads(f'"{found[1]}"') if found[1] is not None else found[2].strip()


def rows(path, *names):
    """Each row NAME(…) of a table, as (name, arguments)."""
    text = without_comments((ROOT / path).read_text(encoding="utf-8"))
    start = re.compile(rf"^[ \t]*({'|'.join(names)})\(", flags=re.M)
    for found in start.finditer(text):
        end, depth, quoted = found.end(), 1, False
        while depth:
            step = 2 if text[end] == "\\" else 1
            quoted ^= text[end] == '"'
            depth += 0 if quoted else {"(": 1, ")": -1}.get(text[end], 0)
            end += step
        yield found[1], list(arguments(text[found.end():end - 1]))


def table(head, lines):
    """The text of a table."""
    text = [head, ["---"] * len(head), *lines]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in text)


def codes():
    """The problem codes, in the order of their status."""
    found = []
    for name, values in rows("base/err.def", "ERR_KIND", "ERR_CODE"):
        status, _, code, title = values[1:] if name == "ERR_KIND" else values[2:]
        found.append([status, f"`{code}`", title])
    return table(["status", "code", "title"], sorted(found, key=lambda line: line[0]))


def names_of(path, row):
    """Which name a symbol of a table has outside."""
    return {values[0]: values[1] for _, values in rows(path, row)}


def listed(expression, letter, names):
    """S(A) | S(B) as names."""
    return ", ".join(f"`{names[symbol]}`" for symbol in re.findall(rf"\b{letter}\((\w+)\)", expression))


def actions_of_routes():
    """(method, path) -> the action that a call leaves in the log, of the routes that name one."""
    names = {values[1]: values[2] for _, values in rows("policies/actions.def", "ACTION")}
    return {(row[0].lower(), row[1]): names[row[8]] for _, row in rows("server/api/routes.def", "ROUTE") if row[8] != "NONE"}


def routes():
    """Every route: who may call it, what is shown once, and what it leaves in the log."""
    scopes, capabilities = names_of("policies/scopes.def", "SCOPE"), names_of("policies/capabilities.def", "CAPABILITY")
    actions = actions_of_routes()
    lines = []
    for _, (method, pattern, _, scope, capability, needs, _, secrets, _) in rows("server/api/routes.def", "ROUTE"):
        who = "anybody" if "PUBLIC" in needs else "the operator" if "OPERATOR" in needs else listed(scope, "S", scopes) or "any token"
        person = listed(capability, "C", capabilities) + (", proven" if "PROVEN" in needs else "")
        action = actions.get((method.lower(), pattern))
        logs = f"`{action}`" if action else "what is posted" if "REPORT" in needs else "-"
        lines.append([method, f"`{pattern}`", who, person.removeprefix(", "), " ".join(f"`{name}`" for name in secrets.split()), logs])
    return table(["method", "path", "scopes", "capabilities of a person", "shown once", "logs"], lines)


def settings():
    """The settings that stand in a file, then the flags of single commands."""
    lines = []
    for name, (_, key, kind, initial, least, most, unit, commands, _, words) in rows("server/env/settings.def", "SETTING", "OPTION"):
        shown = f"`--{re.sub('[._]', '-', key)}`" if name == "OPTION" else f"`{key}`"
        place = f" (flag of {commands.lower()} alone)" if name == "OPTION" else ""
        bounds = f", {least} to {most}" if kind == "NUMBER" else ""
        lines.append([shown, f"`{initial}`" if initial else "", f"{unit or 'true, false'}{bounds}", words + place])
    return table(["setting", "unless given", "values", "what"], lines)


def metrics():
    """What /metrics shows."""
    text = (ROOT / "server/metrics.c").read_text(encoding="utf-8")
    found = re.findall(r'put\(out, "(\w+)", "(\w+)", "((?:[^"\\]|\\.)*)"', text)
    lines = [["`muniment_build_info`", "gauge", "The program; its version is a label."]]
    return table(["metric", "type", "what"], lines + [[f"`muniment_{name}`", kind, words] for name, kind, words in found])


OWN_FIELDS = ("object", "count", "reason", "purpose", "changes")
INSTEAD = {"client_id": "client", "task_ref": "task", "session_hash": "session", "rows": "count", "grant_id": "grant", "ua": "device", "platform": "device"}
NUMBERS = ("rows", "bytes", "seconds", "days", "from_days", "to_days")


def required_field(position, text):
    """One field that an action requires, as policies/needs.c reads it."""
    name, optional = text.removesuffix("?"), " (optional)" * text.endswith("?")
    choices = name[name.index("(") + 1:-1] if name.endswith(")") else ""
    name = name.partition("(")[0]
    bare = name.removesuffix("[]")
    form = " *bool*" if choices == "bool" else " *number*" if bare in NUMBERS else f" ({' / '.join(choices.split('|'))})" if choices else ""
    instead = INSTEAD.get(name) or ("object" if position == 0 and name.endswith("_id") else "")
    shown = " or ".join(f"`{either}`" for either in name.split("|"))
    return shown + form + (f" or `{instead}`" if instead and bare not in OWN_FIELDS else "") + optional


PLACES = {"ALERTS": "the open alerts", "SECURITY": "the log's first view", "INBOX": "the inbox", "DIGEST": "the digest, if they wish",
          "WEEKLY": "the weekly report", "PROBES": "/readyz and /metrics"}


def told():
    """Which action -> who is told of it, and by what."""
    found = {}
    for way, (action, party, *rest) in rows("policies/told.def", "MAIL", "SEEN", "REPORTED"):
        by = "mail" if way == "MAIL" else PLACES[rest[0]] if way == "SEEN" else "the application"
        ways = found.setdefault(action, {}).setdefault(party.partition(" (")[0], [])
        ways += [by] if by not in ways else []
    return {action: "; ".join(f"{party}: {', '.join(ways)}" for party, ways in parties.items()) for action, parties in found.items()}


def actions():
    """Every action: how grave it is, who may post it, what it requires, and who is told."""
    lines, parties = [], told()
    for _, (_, symbol, name, kind, severity, critical, fields, _, _, posting, _) in rows("policies/actions.def", "ACTION"):
        wanted = ", ".join(required_field(at, text) for at, text in enumerate(re.split(r",(?![^(]*\))", fields)))
        lines.append([f"`{name}`", kind.lower(), severity.lower() + (", critical" if critical == "CRITICAL" else ""),
                      "server" if posting == "RESERVED" else "applications", wanted, parties.get(symbol, "-")])
    return table(["action", "class", "severity", "who posts", "requires", "who is told"], lines)


MAKERS = {"policies/actions.def": actions, "base/err.def": codes, "server/api/routes.def": routes, "server/env/settings.def": settings, "server/metrics.c": metrics}


def renewed(page):
    """A page's text with its tables made anew."""
    return TABLE.sub(lambda found: found[1] + MAKERS[found[2]]() + found[3], page)


def main(*words):
    """Rewrite, or look."""
    stale = []
    for name in PAGES:
        path = ROOT / name
        page = path.read_text(encoding="utf-8")
        if renewed(page) == page:
            continue
        stale.append(name)
        if "--check" not in words:
            path.write_text(renewed(page), encoding="utf-8")
    if "--check" in words and stale:
        print("stale, run docs/make_tables.py: " + " ".join(stale), file=sys.stderr)
    # The manual pages and completions are made from the same rows.
    import make_man
    return int("--check" in words and bool(stale)) or make_man.main(*words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
