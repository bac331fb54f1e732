#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the pages for meson, without a change to the source tree but web/node_modules.

build.py ready           whether they can be built; installs what they need, once for each package-lock.json. Prints why not, and exits 1
build.py make OUT        build them, and write what the program takes in (embed.py) into the folder OUT; OUT/embedded.d says what it
                         was made of
build.py make OUT none   the same of nothing, for a server without pages
build.py test [PART]…    runs web/tests, or those whose names have a PART"""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import embed  # noqa: E402, what stands beside this file leaves nothing there

WEB = pathlib.Path(__file__).resolve().parent
ROOT = WEB.parent
NODE = (20, 19)  # what Vite 8 asks for
TEXTS = ROOT / "policies/strings.json"  # the pages take their words from it
NOT_OURS = {"node_modules", "dist", "__pycache__"}


class Absent(Exception):
    """Why there can be no pages."""


def version(node):
    """Major and minor of a node; (0, 0) when there is none."""
    if not shutil.which(node):
        return (0, 0)
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def install(folder, env):
    """npm ci, unless what is there was installed from this very lock. Packages run no programs of theirs."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules/.installed"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    with open(lock, "rb") as held:  # two build folders may come at once
        fcntl.flock(held, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise Absent("npm could not install what they are built with: " + " ".join(done.stderr.split())[-300:])
        stamp.write_text(wanted, encoding="ascii")


def prepare():
    """Install what is missing; the environment to build in."""
    if not (WEB / "package.json").exists():
        raise Absent("web/ holds no pages")
    if not shutil.which("npm"):
        raise Absent("npm is not installed")
    env = dict(os.environ)
    if version("node") < NODE:
        # Debian 12 has node 18; npm has the newer ones as packages, one for each kind of processor. All that follows is
        # by that one: npm leaves out parts of Vite that the node it runs on is too old for.
        install(WEB / "node", env)
        brought = sorted((WEB / "node/node_modules").glob("node-*/bin"))
        if not brought:
            raise Absent("node is older than Vite takes, and npm has no newer one for this processor")
        env["PATH"] = f"{brought[0]}:{env.get('PATH', '')}"
    install(WEB, env)
    return env


def sources():
    """Every file and folder whose change makes the pages another."""
    yield TEXTS
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_OURS)
        yield pathlib.Path(folder)
        yield from (pathlib.Path(folder) / name for name in sorted(files))


def write_depfile(out):
    """In the words of make, for ninja."""
    names = (str(path).replace(" ", "\\ ") for path in sources())
    (out / "embedded.d").write_text(f"{out / 'embedded_rows.inc'}: " + " \\\n  ".join(names) + "\n", encoding="utf-8")


def make(out):
    """Vite's files into OUT/web, and from there into the program."""
    dist = out / "web"
    command = ["npm", "run", "build", "--", "--outDir", str(dist), "--emptyOutDir"]
    env = prepare()
    done = subprocess.run(command, cwd=WEB, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Absent(f"the pages do not build:\n{done.stdout}{done.stderr}")
    os.environ["PATH"] = env["PATH"]
    embed.main(out, dist)


def test(*parts):
    """What the pages' own tests say."""
    return subprocess.run(["node", "tools/test.mjs", *parts], cwd=WEB, env=prepare(), stdin=subprocess.DEVNULL, check=False).returncode


def build(out, what="all"):
    """What the program takes in, into OUT, with a word for ninja on what it was made of."""
    out = pathlib.Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    if what == "none":
        embed.main(out)
    else:
        make(out)
    write_depfile(out)
    return 0


def ready():
    """Whether they can be built."""
    prepare()
    return 0


def main(verb, *rest):
    """As the first argument says."""
    verbs = {"ready": ready, "make": build, "test": test}
    try:
        return verbs[verb](*rest)
    except Absent as why:
        print(why)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
