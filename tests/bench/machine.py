# SPDX-License-Identifier: Apache-2.0
"""The machine we measure on: our own small programs, and how much of it the host takes away."""
import json
import pathlib
import shutil
import subprocess
import time

import wire

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra"]
PROGRAMS = {"load": [], "follow": [], "hello": ["-lmicrohttpd"], "flush": [], "appends": ["-llmdb"],
            "slow_flush.so": ["-shared", "-fPIC"]}


def compile_programs(directory):
    """Into `directory`; they are small enough to be made each time."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, more in PROGRAMS.items():
        source = HERE / f"{name.removesuffix('.so')}.c"
        subprocess.run(["cc", *FLAGS, "-o", directory / name, source, *more], check=True)


def run_json(*command, seconds=600):
    """What a program prints as JSON."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, timeout=seconds)
    return json.loads(done.stdout)


def hello(tools, directory, connections, seconds):
    """H: what an empty POST costs a bare libmicrohttpd."""
    with subprocess.Popen([tools / "hello"], stdout=subprocess.PIPE, text=True) as server:
        path = wire.write_requests(directory / "hello", [wire.request("POST", "/")])
        result = run_json(tools / "load", "-p", server.stdout.readline().strip(), "-r", path, "-c", connections, "-s", seconds)
        server.terminate()
    return result


def remove(directory):
    """A store that is not needed any more."""
    shutil.rmtree(directory, ignore_errors=True)


class Steal:
    """How many per cent of the processors' time the host gave to other machines."""

    def __init__(self):
        self.start = self.read()

    @staticmethod
    def read():
        """Ticks: stolen ones, and all."""
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return ticks[7], sum(ticks)

    def percent(self):
        """Since this was made."""
        stolen, ticks = (now - then for now, then in zip(self.read(), self.start))
        return round(100 * stolen / max(1, ticks), 1)


STEAL_MAX = 3    # per cent: above it a row says more about the host than about the server
STEAL_TRIES = 4
STEAL_PAUSE = 5  # seconds: a host may give back what was not used


def undisturbed(function):
    """A result and the per cent that were stolen meanwhile; measured again, a few times, while that is too much: the one of the least."""
    best = None
    for _ in range(STEAL_TRIES):
        if best:
            time.sleep(STEAL_PAUSE)
        steal = Steal()
        result = function()
        stolen = steal.percent()
        if not best or stolen < best[1]:
            best = result, stolen
        if stolen <= STEAL_MAX:
            break
    return best
