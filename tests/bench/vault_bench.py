# SPDX-License-Identifier: Apache-2.0
"""The vault: ./dev bench vault [--rounds 3] [--seconds 3] [--people 4000] [--credentials 100000] [--quick].

Codes used and secrets revealed, each with its durable event, at 64 connections; pages of labels; beside H, an empty POST to a bare
libmicrohttpd, and beside PostgreSQL with pgcrypto (pgcrypto.py), in the same interleaved rounds. Then a store of many credentials: how fast
they move in, what it holds in memory, how fast it starts and opens by its key file, and a rotation of their client's key while they are read.
Bars are printed and never asserted."""
import argparse
import pathlib
import subprocess
import threading
import time

import machine
import pgcrypto
from people import CONNECTIONS, PERIOD_S, WINDOW, People, all_answers, code, step_now, wait_for_room
from rows import AT_LEAST, AT_MOST, Rows, say
from service import Service
from wire import actor_ref, device, request

QUICK = {"rounds": 1, "seconds": 1.0, "people": 300, "credentials": 4000}
IMPORT = 10000  # entries of one file
LABELS = 1000   # credentials of the client whose labels are listed
PAGE = 50
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PURPOSES = {"code": "orders", "reveal": "reset the account"}


def options(arguments, root):
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench vault", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each row in each round")
    parser.add_argument("--people", type=int, default=4000, help="who use and reveal, each once in a row")
    parser.add_argument("--credentials", type=int, default=100000, help="of the store that is large")
    parser.add_argument("--quick", action="store_true", help="little of everything: does it run at all?")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build", help="where munimentd is")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "bench_vault", help="where stores are made")
    ask = parser.parse_args(arguments)
    if ask.quick:
        vars(ask).update(QUICK)
    return ask


class Users(People):
    """People whose factor somebody vouched for, so that they may be shown secrets."""

    def enrol(self):
        super().enrol()
        _, factors = all_answers(self.service, [("GET", f"/v1/people/{actor_ref(n)}/factors") for n in range(self.count)], "their factors")
        _, codes = all_answers(self.service, [("POST", f"/v1/people/{actor_ref(n)}/enrolment", {"by": "hand"}) for n in range(self.count)], "enrolment codes")
        all_answers(self.service, [("POST", f"/v1/factors/{factor['items'][0]['id']}/prove", {"enrolment": vouch["code"]})
                                   for factor, vouch in zip(factors, codes)], "vouching")

    def give(self):
        """A login with a password and a seed, a grant of it for everybody. Returns the grants' ids."""
        client = self.service.call("POST", "/v1/clients", {"ref": "bench-client", "name": "Client", "language": "en"})
        credential = self.service.call("POST", "/v1/credentials", {
            "client": client["id"], "kind": "login", "label": {"title": "Shop", "url": "https://shop.example"},
            "secret": {"password": "tr0ub4dor-and-three", "totp": SEED}, "modes_max": ["code", "reveal"]})
        _, grants = all_answers(self.service, [
            ("POST", "/v1/grants", {"credential": credential["id"], "to": actor_ref(n), "modes": ["code", "reveal"], "notify": False})
            for n in range(self.count)], "grants")
        return [grant["id"] for grant in grants]

    def prove(self, service, mode, grants, seconds):
        """A verification of everybody: a login for a code, and for a reveal this very use. Returns their ids."""
        wait_for_room(seconds + PERIOD_S / 3)
        step = step_now() + max(WINDOW)
        asks = []
        for n, (secret, grant) in enumerate(zip(self.secrets, grants)):
            ask = {"person": actor_ref(n), "device": device(n), "purpose": "login", "code": code(secret, step)}
            if mode != "code":
                ask |= {"purpose": "action", "action": {"type": "use", "text": "Show me the password", "fields": {"grant": grant, "mode": mode, "purpose": PURPOSES[mode]}}}
            asks.append(("POST", "/v1/verifications", ask))
        _, answers = all_answers(service, asks, "proving")
        return [answer["id"] for answer in answers]


class Small:
    """People with a grant each; each row spends a copy of the store."""

    def __init__(self, ask):
        tools = ask.work / "tools"
        self.rest, self.spent = (Service(ask.programs.resolve(), tools, ask.work / place) for place in ("few", "few_spent"))
        self.users, self.grants = Users(self.rest, ask.people), []

    def create(self):
        """All of them."""
        self.rest.create().start()
        self.users.create()
        self.users.enrol()
        self.users.log_in()
        self.grants = self.users.give()
        self.rest.stop()

    def use(self, mode, seconds):
        """One use by everybody, or as many as come in the time."""
        service = self.spent.copy_from(self.rest)
        service.start()
        try:
            proofs = self.users.prove(service, mode, self.grants, seconds)
            return service.load([("POST", f"/v1/grants/{grant}/uses", {"mode": mode, "purpose": PURPOSES[mode], "device": device(n), "verification": proof})
                                 for n, (grant, proof) in enumerate(zip(self.grants, proofs))], CONNECTIONS, seconds, once=True)[0]
        finally:
            service.stop()

    def stop(self):
        self.rest.stop()
        self.spent.stop()


class Large:
    """Clients with many credentials, which moved in."""

    def __init__(self, ask, fact):
        self.ask, self.fact = ask, fact
        self.service = Service(ask.programs.resolve(), ask.work / "tools", ask.work / "many")
        self.client = None

    def table(self, first, count):
        """A file of logins."""
        return "name,url,username,password\n" + "".join(f"Site {n},https://s{n}.example/in,user{n},pw-{n * 7919 % 1000003:06}-{n}\n" for n in range(first, first + count))

    def move_in(self, client, first, count):
        """Seconds that one file takes."""
        began = time.monotonic()
        told = self.service.load([request("POST", f"/v1/imports?format=chrome-csv&client={client}", self.service.token, self.table(first, count))], 1, 600, once=True)[1][0]
        if told is None or told.get("new") != count:
            raise RuntimeError(f"import: {str(told)[:300]}")
        return time.monotonic() - began

    def create(self):
        """One client with all but LABELS of them, another one with those."""
        self.service.create().start()
        self.client = self.service.call("POST", "/v1/clients", {"ref": "large", "name": "Large"})["id"]
        self.service.call("POST", "/v1/clients", {"ref": "listed", "name": "Listed"})
        self.move_in("listed", 0, LABELS)
        for first in range(LABELS, self.ask.credentials, IMPORT):
            count = min(IMPORT, self.ask.credentials - first)
            took = self.move_in("large", first, count)
            self.fact(f"import of {count:,} entries beside {first:,}, s", round(took, 2))
        self.service.stop()

    def start(self):
        """Cold, but for what the system keeps of files; opened by its key file."""
        self.fact("start and opening by key file, s", round(self.service.start(), 3))
        self.fact("private memory with all credentials, MiB", round(self.service.rss_anon_mib(), 1))

    def labels(self, seconds):
        """First pages of one client's labels."""
        result = self.service.load([("GET", f"/v1/credentials?client=listed&limit={PAGE}")], 8, seconds)[0]
        return result | {"labels_s": result["rps"] * PAGE}

    def rotate(self):
        """The large client's key, while labels are read; the readers' p99 beside that of before."""
        before = self.labels(3.0)["p99_us"]
        readers = {}
        reading = threading.Thread(target=lambda: readers.update(self.labels(3.0)))
        reading.start()
        began = time.monotonic()
        done = subprocess.run([self.service.programs / "munimentd", "keys", "--data", self.service.data, "--key-file", self.service.key, "--allow-unlocked",
                               "--rotate", self.client], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        took = time.monotonic() - began
        reading.join()
        if done.returncode != 0:
            say(skipped="rotation", why=done.stderr[-300:])
            return
        self.fact(f"rewrap of {self.ask.credentials - LABELS:,} data keys online, s", round(took, 2))
        self.fact("readers' p99 while it ran / before", round(readers["p99_us"] / max(1, before), 2))

    def stop(self):
        self.service.stop()


class Vault(Rows):
    """All rows."""

    def __init__(self, ask):
        super().__init__(ask.seconds)
        self.ask = ask
        self.tools = ask.work / "tools"
        self.small, self.large = Small(ask), Large(ask, self.fact)
        self.peer, self.beside = pgcrypto.Postgres(ask.work / "postgres"), False

    def prepare(self):
        """Everybody and everything."""
        machine.compile_programs(self.tools)
        self.small.create()
        self.large.create()
        self.large.start()
        self.beside = self.peer.prepare()

    def rows(self):
        """Name and function of each row, in the order of a round."""
        yield "hello_64", lambda s: machine.hello(self.tools, self.ask.work, 64, s)
        for mode in PURPOSES:
            yield f"{mode}_64", lambda s, m=mode: self.small.use(m, s)
        yield "labels_8", self.large.labels
        if self.beside:
            yield "postgres_64", lambda s: self.peer.use(64, s)

    def ratios(self):
        """(what, value or None, which way, bar)."""
        for mode in PURPOSES:
            yield f"{mode}, 64 connections / H", self.over(f"{mode}_64", "hello_64"), AT_LEAST, 0.25
            yield f"{mode}, 64 connections, p99 ms", self.ms(f"{mode}_64", "p99_us"), AT_MOST, 8
            yield f"{mode} / PostgreSQL with pgcrypto, 64 connections", self.over(f"{mode}_64", "postgres_64"), AT_LEAST, 1
        moves = [value for what, value in self.facts.items() if what.startswith("import of 10,000")]
        yield "import of 10,000 entries, the slowest, s", max(moves, default=None), AT_MOST, 3
        rewrap = next((value for what, value in self.facts.items() if what.startswith("rewrap")), None)
        yield "rewrap of the data keys online, s", rewrap, AT_MOST, 10
        for what, bar in (("readers' p99 while it ran / before", 2), ("start and opening by key file, s", 0.2), ("private memory with all credentials, MiB", 64)):
            yield what, self.facts.get(what), AT_MOST, bar

    def run(self):
        """Everything, in order."""
        try:
            self.prepare()
            for number in range(1, self.ask.rounds + 1):
                for name, function in self.rows():
                    self.measure(name, function, number)
            self.large.rotate()
        finally:
            for one in (self.small, self.large, self.peer):
                one.stop()
        self.report(self.ratios())


def main(arguments, root):
    """All of it."""
    Vault(options(arguments, root)).run()
