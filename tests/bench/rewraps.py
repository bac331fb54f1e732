# SPDX-License-Identifier: Apache-2.0
"""A client's key is rotated while others read: ./dev bench rewraps [--credentials 100000] [--rounds 3] [--seconds 3] [--quick].

A client with so many credentials. Their labels are listed, a page at a time, first by themselves, then while every data key is wrapped
anew (munimentd keys --rotate), then while every secret is sealed anew (--deep). Bars are printed and never asserted."""
import argparse
import pathlib
import statistics
import subprocess
import threading
import time

import machine
from people import all_answers
from rows import AT_LEAST, AT_MOST, Rows
from service import Service

QUICK = {"credentials": 2000, "rounds": 1, "seconds": 1.0}
CHUNK = 10000
READERS = 4
SLICE_S = 0.5  # a reading while keys are wrapped; those that outlast it do not count


def options(arguments, root):
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench rewraps", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--credentials", type=int, default=100000, help="of one client")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of reading alone in each round")
    parser.add_argument("--quick", action="store_true", help="little of everything: does it run at all?")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build", help="where munimentd is")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "bench_rewraps", help="where stores are made")
    ask = parser.parse_args(arguments)
    if ask.quick:
        vars(ask).update(QUICK)
    return ask


class Rewraps:
    """One client's credentials on a server that runs."""

    def __init__(self, service, count):
        self.service, self.count, self.client = service, count, None

    def fill(self):
        """Through the API, as a client's credentials come."""
        self.client = self.service.call("POST", "/v1/clients", {"name": "Rewrapped", "ref": "rewrapped"})["id"]
        for first in range(0, self.count, CHUNK):
            all_answers(self.service, [("POST", "/v1/credentials", {
                "client": "rewrapped", "kind": "note", "label": {"title": f"Note {n}"}, "secret": {"text": f"the gate of house {n} is green"},
                "modes_max": ["reveal"]}) for n in range(first, min(self.count, first + CHUNK))], "credentials")

    def read(self, seconds):
        """A page of labels, over and over."""
        return self.service.load([("GET", "/v1/credentials?client=rewrapped&limit=50")], READERS, seconds)[0]

    def rotate(self, *flags):
        """All of them; how many a second, and what readers had meanwhile."""
        ended, slices = threading.Event(), []

        def keep_reading():
            while not ended.is_set():
                result = self.read(SLICE_S)
                if not ended.is_set() or not slices:
                    slices.append(result)
        reader = threading.Thread(target=keep_reading)
        reader.start()
        began = time.monotonic()
        try:
            done = subprocess.run([self.service.programs / "munimentd", "keys", "--data", self.service.data, "--key-file", self.service.key, "--allow-unlocked",
                                   "--rotate", self.client, *flags], check=True, capture_output=True, text=True)
        finally:
            seconds = time.monotonic() - began
            ended.set()
            reader.join()
        if f" {self.count} keys" not in done.stdout:
            raise RuntimeError(done.stdout)
        return {key: statistics.median(one[key] for one in slices) for key in ("rps", "p50_us", "p99_us")} | {
            "seconds": round(seconds, 3), "a_second": round(self.count / seconds)}


def ratios(rows, count):
    """(what, value or None, which way, bar)."""
    yield f"{count:,} data keys wrapped anew while others read, seconds", rows.median("read_while_rewrapped", "seconds"), AT_MOST, 10
    yield "readers' p99 meanwhile / alone", rows.over("read_while_rewrapped", "read_alone", "p99_us", "p99_us"), AT_MOST, 2
    yield "pages read meanwhile / alone", rows.over("read_while_rewrapped", "read_alone"), AT_LEAST, 0.3
    yield f"{count:,} secrets sealed anew, seconds", rows.median("read_while_deep", "seconds"), AT_MOST, 20
    yield "readers' p99 meanwhile / alone (deep)", rows.over("read_while_deep", "read_alone", "p99_us", "p99_us"), AT_MOST, 2


def measure(rows, rewraps, number):
    """One round."""
    rows.measure("read_alone", rewraps.read, number)
    rows.measure("read_while_rewrapped", lambda _: rewraps.rotate(), number)
    rows.measure("read_while_deep", lambda _: rewraps.rotate("--deep"), number)


def main(arguments, root):
    """All of it."""
    ask = options(arguments, root)
    rows, tools = Rows(ask.seconds), ask.work / "tools"
    machine.compile_programs(tools)
    service = Service(ask.programs.resolve(), tools, ask.work / "rewraps").create()
    service.start()
    rewraps = Rewraps(service, ask.credentials)
    try:
        steal, began = machine.Steal(), time.monotonic()
        rewraps.fill()
        rows.fact("credentials added a second", round(ask.credentials / (time.monotonic() - began)), steal)
        for number in range(1, ask.rounds + 1):
            measure(rows, rewraps, number)
    finally:
        service.stop()
    rows.report(ratios(rows, ask.credentials))
