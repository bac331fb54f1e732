# SPDX-License-Identifier: Apache-2.0
"""Logins: ./dev bench verify [--rounds 3] [--seconds 3] [--people 10000] [--crowd 1000000] [--mailed 2000] [--users 2000] [--quick].

TOTP verifications in one call, durable before the answer, at 1, 8, 64 and 256 connections; the beginning of one by e-mail, its mail queued
durably; the same TOTP in a store with a million other people; all beside H, an empty POST to a bare libmicrohttpd, and beside Glewlwyd
(glewlwyd.py) driven by the same program, in the same interleaved rounds. Each round begins on a copy of the store in which nobody's
codes are used. Bars are printed and never asserted."""
import argparse
import pathlib
import re
import time

import glewlwyd
import machine
import wire
from people import CONNECTIONS, People, all_answers
from rows import AT_LEAST, AT_MOST, Rows, say
from service import Service

QUICK = {"rounds": 1, "seconds": 1.0, "people": 1000, "crowd": 2000, "mailed": 50, "users": 200}
MAIL_PATIENCE_S = 600
CROWD_CHUNK = 20000
CODE = re.compile(r"\b\d{8}\b")


def options(arguments, root):
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench verify", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each row in each round")
    parser.add_argument("--people", type=int, default=10000, help="who sign in with an app")
    parser.add_argument("--crowd", type=int, default=1000000, help="others in the large store; 0: no such store")
    parser.add_argument("--mailed", type=int, default=2000, help="who are mailed a code, once each in a round")
    parser.add_argument("--users", type=int, default=2000, help="of Glewlwyd")
    parser.add_argument("--quick", action="store_true", help="little of everything: does it run at all?")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build", help="where munimentd is")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "bench_verify", help="where stores are made")
    ask = parser.parse_args(arguments)
    if ask.quick:
        vars(ask).update(QUICK)
    return ask


class Store:
    """One store at rest, and the copy of it that a row spends."""

    def __init__(self, ask, name):
        tools = ask.work / "tools"
        self.rest, self.spent = (Service(ask.programs.resolve(), tools, ask.work / place) for place in (name, f"{name}_spent"))
        self.people = People(self.rest, ask.people)

    def enrol(self, crowd):
        """Those who sign in, between as many others as there are."""
        self.rest.create().start()
        self.others("a", crowd // 2)
        self.people.create()
        self.others("b", crowd - crowd // 2)
        self.people.enrol()
        self.people.log_in()
        self.rest.stop()

    def others(self, prefix, count):
        """People who are only there."""
        for first in range(0, count, CROWD_CHUNK):
            all_answers(self.rest, [("POST", "/v1/people", {"ref": f"{prefix}-{n:07}", "name": f"Person {n}", "kind": "staff", "roles": ["assistant"]})
                                    for n in range(first, min(count, first + CROWD_CHUNK))], "others")

    def verify(self, connections, seconds, settled=True):
        """TOTP in a single call, of a server that has been up for a while or has just begun. A share below 1 would mean that something
        else was measured."""
        self.spent.copy_from(self.rest).start()
        try:
            if settled:
                self.spent.settle()
            result, answers = self.spent.load(self.people.verifications(seconds), connections, seconds, once=True)
        finally:
            self.spent.stop()
        answered = [answer for answer in answers if answer]
        return result | {"allowed": round(sum(a.get("decision") == "allow" for a in answered) / max(1, len(answered)), 4)}

    def stop(self):
        self.rest.stop()
        self.spent.stop()


class Mailed:
    """People whose second step is a code by e-mail, which goes into a folder."""

    def __init__(self, ask):
        tools = ask.work / "tools"
        self.count, self.mails = ask.mailed, ask.work / "mails"
        self.rest, self.spent = (Service(ask.programs.resolve(), tools, ask.work / place) for place in ("mailed", "mailed_spent"))
        for service in (self.rest, self.spent):
            service.settings = ["--mail-kind", "maildir", "--mail-maildir", str(self.mails), "--mail-from", "security@bench.example",
                                "--verify-mails-per-network", "0", "--verify-mails-per-application", "0", "--verify-mails-in-all", "0"]

    def enrol(self):
        """Everybody types the code of a mail, out of the folder."""
        machine.remove(self.mails)
        self.rest.create().start()
        all_answers(self.rest, [("POST", "/v1/people", {"ref": wire.actor_ref(n), "name": f"Person {n}", "email": f"{wire.actor_ref(n)}@bench.example",
                                                        "kind": "staff", "roles": ["assistant"]}) for n in range(self.count)], "people")
        _, factors = all_answers(self.rest, [("POST", f"/v1/people/{wire.actor_ref(n)}/factors", {"type": "email"}) for n in range(self.count)], "factors")
        codes = self.codes()
        all_answers(self.rest, [("POST", f"/v1/factors/{factor['id']}/confirm", {"code": codes[n]}) for n, factor in enumerate(factors)], "confirming factors")
        self.rest.stop()
        machine.remove(self.mails)

    def codes(self):
        """By person, once all have arrived."""
        until, found = time.monotonic() + MAIL_PATIENCE_S, {}
        while len(found) < self.count and time.monotonic() < until:
            time.sleep(0.2)
            for path in (self.mails / "new").glob("*"):
                head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
                found[int(re.search(r"bench-(\d+)@", head)[1])] = CODE.search(body)[0]
        return found

    def begin(self, seconds):
        """Each person's first mail, as many as come in the time; they are sent while others are queued."""
        self.spent.copy_from(self.rest).start()
        try:
            result, answers = self.spent.load([("POST", "/v1/verifications", {
                "person": wire.actor_ref(n), "device": wire.device(n), "purpose": "login", "method": "email"}) for n in range(self.count)], CONNECTIONS, seconds, once=True)
        finally:
            self.spent.stop()
            machine.remove(self.mails)
        answered = [answer for answer in answers if answer]
        return result | {"queued": round(sum("started" in answer for answer in answered) / max(1, len(answered)), 4)}

    def stop(self):
        self.rest.stop()
        self.spent.stop()


class Logins(Rows):
    """All rows."""

    def __init__(self, ask):
        super().__init__(ask.seconds)
        self.ask = ask
        self.tools = ask.work / "tools"
        self.few, self.many, self.mailed = Store(ask, "few"), Store(ask, "many"), Mailed(ask)
        self.peer = glewlwyd.Glewlwyd(self.tools, ask.work / "glewlwyd", ask.users) if glewlwyd.is_installed() else None

    def prepare(self):
        """Everybody enrols."""
        machine.compile_programs(self.tools)
        self.few.enrol(0)
        self.mailed.enrol()
        if self.ask.crowd:
            began = time.monotonic()
            self.many.enrol(self.ask.crowd)
            self.fact("seconds until the crowd was there", round(time.monotonic() - began))
        if self.peer:
            self.peer.create().start()
        else:
            say(skipped="glewlwyd", why=f"install {' '.join(glewlwyd.PACKAGES)} to measure beside it")

    def rows(self):
        """Name and function of each row, in the order of a round."""
        yield "hello_64", lambda s: machine.hello(self.tools, self.ask.work, 64, s)
        for connections in (1, 8, 64, 256):
            yield f"verify_{connections}", lambda s, c=connections: self.few.verify(c, s)
        if self.ask.crowd:
            yield "verify_64_crowd", lambda s: self.many.verify(64, s)
            yield "verify_64_crowd_at_start", lambda s: self.many.verify(64, s, settled=False)
        yield "mail_64", self.mailed.begin
        if self.peer:
            for connections in (1, 8, 64):
                yield f"glewlwyd_{connections}", lambda s, c=connections: self.peer.verify(c, s)

    def ratios(self):
        """(what, value or None, which way, bar)."""
        yield "TOTP verification / Glewlwyd's, 64 connections", self.over("verify_64", "glewlwyd_64"), AT_LEAST, 100
        yield "TOTP verification, 64 connections / H", self.over("verify_64", "hello_64"), AT_LEAST, 0.15
        yield "TOTP verification, 64 connections, p99 ms", self.ms("verify_64", "p99_us"), AT_MOST, 10
        yield f"TOTP verification, 64 connections, {self.ask.crowd:,} other people / none", self.over("verify_64_crowd", "verify_64"), AT_LEAST, 0.8
        yield "the same, p99 ms", self.ms("verify_64_crowd", "p99_us"), AT_MOST, 10

    def run(self):
        """Everything, in order."""
        try:
            self.prepare()
            for number in range(1, self.ask.rounds + 1):
                for name, function in self.rows():
                    self.measure(name, function, number)
        finally:
            for one in (self.few, self.many, self.mailed, self.peer):
                if one:
                    one.stop()
        self.report(self.ratios())


def main(arguments, root):
    """All of it."""
    Logins(options(arguments, root)).run()
