#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the tree to docs/style.md: who may include whom, which file is the one door to each outside thing, the size and
form of files and functions. Prints every breach as path:line: reason and exits 1 if there is any: lint.py [ROOT]."""
import collections
import pathlib
import re
import sys

from source import Source

# The law of direction: a folder may include these, and itself.
MAY_INCLUDE = {
    "base": (),
    "crypto": ("base",),
    "policies": ("base",),
    "store": ("base", "crypto", "policies"),
    "server": ("base", "crypto", "policies", "store"),
    "cli": ("base", "crypto", "policies"),
}
# The same inside server; its own files, main and jobs, stand above all.
SERVER_MAY_INCLUDE = {
    "env": (),
    "keeper": ("env",),
    "core": ("env", "keeper"),
    "deliver": ("env", "keeper"),
    "http": ("env",),
    "api": ("env", "keeper", "core", "http"),
}
# Rooms of a folder: what they may include of it besides themselves; "" is its own files, the ground on which they stand.
ROOMS_MAY_INCLUDE = {
    "store": {
        "": (),
        "nouns": ("",),
        "index": ("", "nouns"),
    },
    "server/core": {
        "": (),
        "login": ("",),
        "people": ("", "login"),
        "log": ("", "people"),
        "keeping": ("", "login", "people"),
        "vault": ("", "login", "people", "keeping"),
        "grants": ("", "login", "people", "vault"),
        "overview": ("", "login", "log", "vault", "grants"),
    },
    "server/api": {
        "": (),
        "login": ("",),
        "people": ("",),
        "log": ("",),
        "keeping": ("",),
        "vault": ("",),
        "grants": ("",),
        "overview": ("", "log"),
    },
}
EXEMPT = r"^tests/"
# Libraries: a header's name -> the only paths that may include it.
LIBRARIES = {
    r"sodium": r"^crypto/|^tests/crypto/",
    r"nettle/": r"^crypto/(digest|hash|hmac|hotp|xmlenc)\.c$",
    r"lmdb\.h": r"^store/kv_lmdb(_fault|_file)?\.[ch]$|^tests/bench/",
    r"dlfcn\.h": r"^tests/bench/",
    r"microhttpd\.h": r"^server/http/(detach|http|request_head|response|stream)\.c$|^tests/bench/",
    r"liboath/": r"^tests/crypto/",
    r"curl/": r"^server/deliver/(smtp|webhook)\.c$|^cli/http\.c$",
    r"yaml\.h": r"^base/yaml\.c$",
    r"jansson\.h": r"^tests/",
    r"pskc/": r"^cli/pskc_in\.c$",
    r"zxcvbn\.h": r"^server/core/vault/strength\.c$",
    r"expat\.h": r"^server/api/vault/import_keepass\.c$|^cli/pskc_(check|lock)\.c$",
    r"qrencode\.h": r"^server/api/qr\.c$",
    r"uni(case|conv|ctype|gbrk|lbrk|name|norm|stdio|str|types|wbrk|width)\.h": r"^base/text(_show)?\.c$",
    r"maxminddb\.h": r"^server/core/places\.c$",
    r"pcre2\.h": r"^server/core/agent\.c$",
    r"criterion/": r"^tests/",
}
SYSTEM = re.compile(
    r"(arpa|linux|net|netinet|sys)/\w+\.h$|(assert|ctype|dirent|endian|errno|fcntl|float|ftw|getopt|inttypes|limits|math|netdb|poll"
    r"|pthread|pwd|sched|signal|spawn|std(align|arg|atomic|bool|def|int|io|lib|noreturn)|string|strings|syslog|termios|threads|time"
    r"|unistd)\.h$")
NOT_MEMBER = r"(?<![\w.>])"  # a call, not a member of the same name
# Words of the code -> the only paths that may say them, and what to say when others do.
DOORS = {
    NOT_MEMBER + r"(time|clock_gettime|gettimeofday|nanosleep|clock_nanosleep|usleep|sleep)\s*\(":
        (r"^base/clock\.c$|" + EXEMPT, "the clock belongs to base/clock.c"),
    NOT_MEMBER + r"((secure_)?getenv|setenv|putenv|environ)\b|\bargv\b":
        (r"^server/env/conf\.c$|^server/main\.c$|^cli/main\.c$|" + EXEMPT,
         "environment and arguments belong to server/env/conf.c and the mains"),
    NOT_MEMBER + r"(v?f?printf|f?puts|f?putc|putchar|perror)\s*\(|\b(stdout|stderr|STD(OUT|ERR)_FILENO)\b":
        (r"^server/env/journal\.c$|^cli/print\.c$|" + EXEMPT, "output belongs to server/env/journal.c and cli/print.c"),
    NOT_MEMBER + r"act_add\s*\(":
        (r"^store/|^server/core/(log/events|grants/uses)\.c$|" + EXEMPT, "an event goes on the log by event_add, which gives it its branch"),
    NOT_MEMBER + r"getrandom\s*\(": (r"^crypto/(random|secret)\.c$", "randomness belongs to crypto/random.c"),
    NOT_MEMBER + r"secret_span\s*\(":
        (r"^crypto/|^server/(keeper|core)/|^server/api/grants/api_vault\w*\.c$|" + EXEMPT, "no place to look into a secret"),
    NOT_MEMBER + r"(str(cpy|cat|ncat|tok)|v?sprintf|gmtime|localtime|ctime|asctime|gets|alloca|system|tmpnam|mktemp)\s*\(":
        (r"^$", "a banned call"),
    NOT_MEMBER + r"(strerror|ato[ilf]|atoll|v?f?scanf|v?sscanf|popen|s?rand|s?random|drand48|setjmp|longjmp|signal|creat|accept|dup|pipe)\s*\(":
        (EXEMPT, "a call for tests only"),
    r"\bgoto\b": (r"^$", "goto is banned"),
    # What destroys is reached with a clearance of store/nouns/hold.c alone.
    r"\bstruct hold_clearance\s*(\w+\s*=\s*)?\{": (r"^store/nouns/hold\.c$", "only store/nouns/hold.c makes a clearance"),
    NOT_MEMBER + r"key(ring|tree)_(drop|drop_days|destroy)\s*\(":
        (r"^store/keyring\.[ch]$|^server/keeper/|" + EXEMPT, "keys are destroyed by the keeper, for a clearance"),
    NOT_MEMBER + r"keeper_drop_subject\s*\(": (r"^server/keeper/|" + EXEMPT, "keys are destroyed by keeper_destroy, for a clearance"),
}
HEAP = re.compile(NOT_MEMBER + r"(malloc|calloc|realloc|reallocarray|aligned_alloc|free|strdup|strndup|v?asprintf|getline)\s*\(")
# Outside these, the heap is for what _open makes and _close frees.
HEAP_FILES = {
    r"^base/": "buf and arena are made of it",
    r"^crypto/secret\.c$": "the one arena of secrets",
    r"^store/tail\.c$": "the unfolded tail of the log lives in memory",
    r"^store/index/fold\.c$": "one segment's postings are sorted in memory",
    EXEMPT: "tests build their own small worlds",
}
DESCRIPTORS = re.compile(NOT_MEMBER + r"(open|openat|socket|accept4|pipe2|eventfd|epoll_create1|memfd_create|timerfd_create)\s*\(")
MAX_FILE, MAX_FUNCTION, MAX_NESTING = 600, 70, 3
NO_NAMES = {"util", "utils", "misc", "common", "helper", "helpers", "stuff"}
SPDX = "SPDX-License-Identifier: Apache-2.0"
# Variables that may change: the stop flag that a signal sets, and a thread's own pool of random bytes.
STATE = {("server/main.c", "stop"), ("crypto/random.c", "pool")}
TEXTS = (".c", ".h", ".def", ".py", ".sh", ".ts", ".tsx", ".css", ".build", ".yaml", ".yml", ".md")
SKIP = re.compile(r"^(\.git|build[^/]*|var|(?:tests/)?web/node_modules|web/dist|node_modules|tests/(vectors|golden|fuzz/corpus))(/|$)")


def in_server(name):
    """The folder inside server that a path belongs to; "" for server's own files."""
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def in_room(name, folder):
    """The room of a folder that a path belongs to; "" for the folder's own files, None for what lies elsewhere."""
    if not name.startswith(folder + "/"):
        return None
    return name[len(folder) + 1:].rpartition("/")[0]


def direction(source):
    """The law of direction between folders, inside server, and between the rooms of a folder."""
    folder = source.name.split("/")[0]
    for line, path in source.quoted:
        target = path.split("/")[0]
        if "/" not in path:
            yield line, f'"{path}": includes start at the root'
        elif folder in MAY_INCLUDE and target not in (folder, *MAY_INCLUDE[folder]):
            yield line, f"{folder} may not include {target}"
        elif folder == target == "server":
            mine, theirs = in_server(source.name), in_server(path)
            if mine and mine != theirs and theirs not in SERVER_MAY_INCLUDE.get(mine, ()):
                yield line, f"server/{mine} may not include server/{theirs}"
        for home, rooms in ROOMS_MAY_INCLUDE.items():
            mine, theirs = in_room(source.name, home), in_room(path, home)
            if mine in rooms and theirs in rooms and mine != theirs and theirs not in rooms[mine]:
                yield line, f"{home}/{mine} may not include {home}/{theirs}"


def house(source):
    """Code stands in the folders of the house."""
    parts = source.name.split("/")
    if parts[0] not in (*MAY_INCLUDE, "tests"):
        yield 1, f"{parts[0]} is no folder of the house"
    elif parts[0] == "server" and in_server(source.name) not in ("", *SERVER_MAY_INCLUDE):
        yield 1, f"server/{parts[1]} is no folder of the house"
    for home, rooms in ROOMS_MAY_INCLUDE.items():
        room = in_room(source.name, home)
        if room is not None and room not in rooms:
            yield 1, f"{home}/{room} is no room of the house"


def libraries(source):
    """Each library has one door."""
    for line, path in source.angled:
        doors = [where for what, where in LIBRARIES.items() if re.match(what, path)]
        if doors and not re.search(doors[0], source.name):
            yield line, f"<{path}> belongs elsewhere: {doors[0]}"
        elif not doors and not SYSTEM.match(path):
            yield line, f"<{path}> has no door"


def doors(source):
    """Outside things that are calls have one door, too; some have none."""
    for where, why, what in ((where, why, re.compile(what)) for what, (where, why) in DOORS.items()):
        if not re.search(where, source.name):
            yield from ((n, why) for n, line in source.code() if what.search(line))


def heap(source):
    """Plain memory is for base, for secrets, and for opaque things between their _open and _close."""
    if any(re.search(where, source.name) for where in HEAP_FILES):
        return
    for n, line in source.code():
        function = source.function_at(n)
        if HEAP.search(line) and not (function and re.search(r"_(open|close)$", function.name)):
            yield n, "the heap is for base/, crypto/secret.c and what _open makes and _close frees"


def descriptors(source):
    """No descriptor survives into another program."""
    if source.name.startswith("tests/"):
        return
    for n, line in source.code():
        if DESCRIPTORS.search(line) and "CLOEXEC" not in source.statement(n):
            yield n, "a descriptor without CLOEXEC"


def head(source):
    """Licence, sentence, `#pragma once`, own header first."""
    if source.lines[0] != f"/* {SPDX} */":
        yield 1, "the first line names the licence"
    if not re.match(r"/\* \S.{10,}", source.lines[1] if len(source.lines) > 1 else ""):
        yield 2, "the second line says what this file is for"
    if source.name.endswith(".h") and "#pragma once" not in source.lines:
        yield 1, "a header says #pragma once"
    own = source.name[:-1] + "h"
    if source.name.endswith(".c") and source.header:
        includes = sorted(source.quoted + source.angled)
        if not includes or includes[0][1] != own:
            yield includes[0][0] if includes else 1, f'"{own}" is included first'


def order(source):
    """Ours before theirs, alphabetical inside a group."""
    block = [(n, m[1], m[2]) for n, line in source.code()
             if (m := re.match(r'#include ([<"])([^>"]+)[>"]', line)) and not m[2].endswith((".def", ".inc"))]
    for (n, mark, path), (after, next_mark, next_path) in zip(block, block[1:]):
        if mark == "<" and next_mark == '"':
            yield after, "our headers come before those of others"
        elif after == n + 1 and mark == next_mark and path > next_path:
            yield after, "includes are in alphabetical order inside their group"


def sizes(source):
    """What no longer fits into a head."""
    if len(source.lines) > MAX_FILE:
        yield 1, f"{len(source.lines)} lines; at most {MAX_FILE}"
    for function in source.functions:
        length = function.end - function.start + 1
        if length > MAX_FUNCTION:
            yield function.start, f"{function.name} has {length} lines; at most {MAX_FUNCTION}"


def nesting(source):
    """A control word at n tabs opens level n: clang-format keeps the tabs honest, braces or not."""
    for n, line in source.code():
        word = re.match(r"(\t+)(?:\} )?(if|for|while|do|switch|else)\b", line)
        if word and source.function_at(n) and len(word[1]) > MAX_NESTING:
            yield n, f"nested {len(word[1])} deep; at most {MAX_NESTING}"


def variants(source):
    """A variant is a file, chosen by meson."""
    for n, line in source.code():
        if re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line) and source.function_at(n):
            yield n, "a preprocessor condition inside a function"


def state(source):
    """No mutable variable outlives a call, unless somebody owns it."""
    if source.name.startswith("tests/"):
        return
    for n, name in source.mutable():
        if (source.name, name) not in STATE:
            yield n, f"{name} is a mutable variable of the file"


def names(source):
    """From any name one knows its file."""
    stem = pathlib.PurePosixPath(source.name).stem
    if set(re.split(r"[_.-]", stem)) & NO_NAMES:
        yield 1, f"{stem}: if a thing has no name it has no place"
    first = stem.split("_")[0]
    prefixes = tuple(prefix + "_" for prefix in (first, first.removesuffix("s"), *source.header_structs))
    if source.name.endswith(".c") and source.header and not source.name.startswith("tests/"):
        for function in source.functions:
            if not function.static and not function.name.startswith(prefixes):
                yield function.start, f"{function.name}: exported names start with {first}_"


def stems(sources):
    """A stem is unique in a program: cli is never linked with store and server."""
    found = collections.defaultdict(set)
    for source in sources:
        path = pathlib.PurePosixPath(source.name)
        for program, without in (("muniment", ("tests", "store", "server")), ("munimentd", ("tests", "cli"))):
            if path.parts[0] not in without:
                found[program, path.stem].add(path.with_suffix("").as_posix())
    for (_, stem), (first, *others) in ((key, sorted(places)) for key, places in found.items()):
        for other in others:
            yield f"{other}: the stem {stem} stands for {first} already"


def unused(sources, tables):
    """What a header declares is used outside its module; scoped(x) means x_done, and what uses a table may paste an end on."""
    users = collections.defaultdict(set)
    for source in sources:
        text = "\n".join(source.blanked)
        for word in re.findall(r"\w+", text) + [f"{word}_done" for word in re.findall(r"\bscoped\((\w+)\)", text)]:
            users[word].add(source.name.rpartition(".")[0])
    pasted = set(re.findall(r"\w+", tables))
    for source in (source for source in sources if source.name.endswith(".h") and not source.name.startswith("tests/")):
        text = "\n".join(source.blanked)
        for declared in re.finditer(r"^(?!static|typedef)\w[\w *]*?\b(\w+)\((?!\*)[^;{}]*;", text, flags=re.M):
            name = declared[1]
            is_used = users[name] - {source.name.removesuffix(".h")} or {name, name.rpartition("_")[0]} & pasted
            is_used_here = len(re.findall(rf"\b{name}\b", text)) > 1  # by a macro or an inline function
            if not is_used and not is_used_here:
                yield f"{source.name}:{text.count(chr(10), 0, declared.start()) + 1}: {name}: nobody outside its module uses it"


def uses(source):
    """Words of a file that may name what another one defines: no members, no types, none of its own static functions; scoped(x) means x_done."""
    text = "\n".join(source.blanked)
    words = set(re.findall(NOT_MEMBER + r"(?<!struct )(?<!enum )\b[a-z]\w+", text)) | {f"{word}_done" for word in re.findall(r"\bscoped\((\w+)\)", text)}
    return words - {function.name for function in source.functions if function.static}


def exports(source):
    """What a .c file defines for others: functions and tables of constants."""
    yield from (function.name for function in source.functions if not function.static)
    yield from re.findall(r"^const struct \w+ (\w+)(?: =|\[)", "\n".join(source.blanked), flags=re.M)


def rings(sources, tables):
    """Two modules of a program never need each other, however many stand between. What a module needs is what it, or a table that it includes, names
    of others; each ring is told by its first module and the shortest way back."""
    for without in (("tests", "store", "server"), ("tests", "cli")):
        bodies = [s for s in sources if s.name.endswith(".c") and s.name.split("/")[0] not in without]
        defines = {name: s.name for s in bodies for name in exports(s)}
        needs = {s.name: {defines[word] for word in uses(s).union(*(re.findall(r"\w+", tables.get(path, "")) for _, path in s.quoted))
                          if word in defines} - {s.name} for s in bodies}
        for first in sorted(needs):
            ways, seen = [[first]], set()
            for way in ways:
                onward = sorted(needs[way[-1]] - seen)
                seen.update(onward)
                ways += [[*way, other] for other in onward if other != first]
                if first in onward:
                    yield f"{first}: {' -> '.join([*way, first])}: they need each other"
                    break


def texts(name, lines):
    """What holds for every text file of ours."""
    suffix = pathlib.PurePosixPath(name).suffix
    for n, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield n, "trailing spaces"
        if suffix != ".md" and not name.startswith("tests/lint/") and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            yield n, "what is not done is not left as a mark"
    if suffix == ".py" and not any(SPDX in line for line in lines[:2]):
        yield 1, "the licence stands in the first two lines"
    if suffix in (".py", ".ts", ".tsx") and len(lines) > MAX_FILE:
        yield 1, f"{len(lines)} lines; at most {MAX_FILE}"


RULES = (direction, house, libraries, doors, heap, descriptors, head, order, sizes, nesting, variants, state, names)


def breaches(root):
    """Every breach of the tree, in the order of paths and lines."""
    paths = sorted(p for p in root.rglob("*") if p.suffix in TEXTS and not SKIP.match(p.relative_to(root).as_posix()))
    sources, tables = [], {}
    for path in (p for p in paths if p.is_file()):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        found = list(texts(name, text.removesuffix("\n").split("\n")))
        if path.suffix == ".def":
            tables[name] = text
        if path.suffix in (".c", ".h"):
            header = path.with_suffix(".h")
            sources.append(Source(name, text, header.read_text(encoding="utf-8") if header.exists() else ""))
            found += (breach for rule in RULES for breach in rule(sources[-1]))
        yield from (f"{name}:{n}: {why}" for n, why in sorted(set(found)))
    yield from stems(sources)
    yield from unused(sources, " ".join(tables.values()))
    yield from rings(sources, tables)


def main(root="."):
    """Print what is wrong."""
    found = list(breaches(pathlib.Path(root).resolve()))
    print("\n".join(found) or "clean")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
