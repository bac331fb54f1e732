# SPDX-License-Identifier: Apache-2.0
"""The log in depth: ./dev bench log [--events 5000000] [--tenants 1000] [--base 100000] [--seconds 2] [--keep].

Builds a store of many tenants through the HTTP batch API, the way that applications take, in batches of 50 events from one
tenant after another, so that every fold meets every tenant. Then measures each filter alone and in pairs, facets, proofs, the delay of
a follower, exports, a full check, a rebuild of the index, bytes an event, a start after kill -9 and memory; all of it also on a small store
whose tenants are as large as those of the large one. One JSON line a row, then the ratios of the large store to the small one, and the bars of the
design. Bars are printed and never asserted."""
import argparse
import http.client
import itertools
import json
import pathlib
import random
import resource
import signal
import statistics
import subprocess
import threading
import time

import leaving
import machine
import wire
from service import Service

ACTORS = 10  # people a tenant
BATCH = 50
CHUNK = 2000  # batches in one file of requests
TEXTS = 5000
CONNECTIONS = 8
LOADERS = 32
PROOFS = 200
EXPORTERS = 20
FOLLOWED = 60
PAIRS = (("class", "actor"), ("action", "actor"), ("action", "outcome"), ("actor", "outcome"), ("text", "actor"), ("class", "outcome"))


def say(**facts):
    """One line of JSON."""
    print(json.dumps(facts), flush=True)


def options(arguments, root):
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench log", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=5000000)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--base", type=int, default=100000, help="events of the small store")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each row")
    parser.add_argument("--keep", action="store_true", help="leave the stores where they are")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "bench_log")
    return parser.parse_args(arguments)


class Tenant:
    """Somebody whose log is read."""

    def __init__(self, token, number):
        self.token, self.number = token, number
        self.ids = []


class Store:
    """One store, filled and measured."""

    def __init__(self, ask, name, events, tenants):
        self.ask, self.name, self.events = ask, name, events
        self.count = max(1, tenants)
        self.tools = ask.work / "tools"
        self.service = Service(ask.programs.resolve(), self.tools, ask.work / name)
        self.tenants, self.facts = [], {}
        self.dice = random.Random(7)
        self.texts = self.event_texts()

    @staticmethod
    def event_texts():
        """Events of each actor that a tenant has."""
        dice, texts = random.Random(3), []
        while len(texts) < TEXTS:
            event = wire.event(dice)
            actor = dice.randrange(ACTORS)
            if actor == wire.LONER and event["action"] == wire.ACTIONS[-1]:
                continue
            event |= {"actor": {"person": wire.actor_ref(actor)}, "device": wire.device(actor)}
            texts.append(json.dumps(event, separators=(",", ":")))
        return texts

    def fact(self, what, value, **more):
        """Said, and kept for the ratios."""
        self.facts[what] = value
        say(store=self.name, fact=what, value=value, **more)

    # ---- filling ----

    def once(self, requests, what):
        """Send each; every one has to succeed."""
        result, answers = self.service.load(requests, LOADERS, 3600, once=True)
        if result["n"] != len(requests) or any(key[0] == "s" and key[1] != "2" for key in result):
            raise RuntimeError(f"{what}: {result}")
        return result, answers

    def add_tenants(self):
        """With their people."""
        operator = self.service.operator
        made, answers = self.once([wire.request("POST", "/v1/tenants", operator, {"name": f"Bench {n}"})
                                   for n in range(self.count)], "tenants")
        self.tenants = [Tenant(answer["token"], n) for n, answer in enumerate(answers)]
        self.once([wire.request("POST", "/v1/people", tenant.token, {
            "ref": wire.actor_ref(n), "name": f"Person {n}", "email": f"person{n}@example.com", "kind": "staff",
            "roles": ["assistant"]}) for tenant in self.tenants for n in range(ACTORS)], "people")
        self.fact("tenants/s", round(made["rps"]))

    def batches(self):
        """All requests, one tenant after another."""
        for tenant in itertools.islice(itertools.cycle(self.tenants), self.events // BATCH):
            lines = "\n".join(self.dice.choices(self.texts, k=BATCH))
            yield wire.request("POST", "/v1/events:batch", tenant.token, lines)

    def fill(self):
        """Through the API."""
        self.service.create().start()
        self.add_tenants()
        self.service.stop()
        before = self.service.disk_bytes()
        self.service.start()
        steal, seconds, batches = machine.Steal(), 0.0, self.batches()
        while chunk := list(itertools.islice(batches, CHUNK)):
            result, _ = self.once(chunk, "events:batch")
            seconds += result["n"] / result["rps"]
        self.fact(f"loaded in batches of {BATCH}, events/s", round(self.events / seconds), steal_pct=steal.percent())
        self.settle()
        self.service.stop()
        self.fact("bytes of JSON an event", round(statistics.mean(map(len, self.texts))))
        self.fact("bytes an event", round((self.service.disk_bytes() - before) / self.events, 1))
        for part in ("data", "index", "keyring"):
            size = (self.service.data / part / "data.mdb").stat().st_blocks * 512
            self.fact(f"bytes an event in {part}, with tenants and people", round(size / self.events, 1))
        self.fact("start after a clean stop, s", round(self.service.start(), 3))

    def settle(self):
        """Until the folder has merged what is due: it writes no more."""
        file, last, still = self.service.data / "index" / "data.mdb", None, 0
        while still < 5:
            time.sleep(0.5)
            now = file.stat().st_mtime_ns
            still, last = (still + 1, last) if now == last else (0, now)

    # ---- rows ----

    def values(self, tenant):
        """One value of each filter."""
        dice = self.dice
        return {"class": dice.choice(("export", "record", "login")), "action": dice.choice(wire.ACTIONS),
                "actor": wire.actor_ref(dice.randrange(ACTORS)), "outcome": "denied", "client": "nobody",
                "object": f"invoice-{dice.randrange(1000000)}", "device": f"laptop-{dice.randrange(ACTORS):06}", "severity": "warning",
                "text": dice.choice(("invoice", "monthly accounts", "firefox")), "ip": f"203.0.113.{dice.randrange(ACTORS)}",
                "from": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600)), "none": None, "number": tenant.number}

    def is_known(self, path, tenant):
        """Whether this server has the filter or the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        connection.request("GET", path, headers={"Authorization": f"Bearer {tenant.token}"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status == 200

    def pages(self, names, route="/v1/events"):
        """Requests for first pages by these filters, one a tenant."""
        paths = []
        for tenant in self.dice.sample(self.tenants, min(len(self.tenants), 500)):
            values = self.values(tenant)
            query = "&".join(f"{name}={str(values[name]).replace(' ', '%20')}" for name in names)
            paths.append((f"{route}?{query}" + ("&limit=50" if route == "/v1/events" else ""), tenant))
        return paths

    def row(self, name, paths):
        """Drive these, again and again."""
        paths = list(paths)
        if not self.is_known(*paths[0]):
            say(store=self.name, skipped=name, why="this server does not have it")
            return
        requests = [wire.request("GET", path, tenant.token) for path, tenant in paths]
        result, stolen = machine.undisturbed(lambda: self.service.load(requests, CONNECTIONS, self.ask.seconds)[0])
        say(store=self.name, row=name, steal_pct=stolen, **result)
        if any(key[0] == "s" and key[1] != "2" for key in result):
            return
        for key in ("rps", "p50_us", "p95_us", "p99_us"):
            self.facts[f"{name} {key}"] = result[key]

    def read(self):
        """All filters alone, in pairs, facets, proofs."""
        for name in ("class", "action", "actor", "client", "outcome", "object", "device", "severity", "ip", "text", "from"):
            self.row(name, self.pages((name,)))
        self.row("no filter", [("/v1/events?limit=50", tenant) for tenant in self.tenants[:500]])
        for pair in PAIRS:
            self.row(" + ".join(pair), self.pages(pair))
        self.row("no match", [(f"/v1/events?actor={wire.actor_ref(wire.LONER)}&action={wire.ACTIONS[-1]}&limit=50", tenant)
                              for tenant in self.tenants[:500]])
        self.row("facets", self.pages((), "/v1/events:facets"))
        self.row("facets of an actor", self.pages(("actor",), "/v1/events:facets"))
        self.row("proof", list(self.proofs()))

    def proofs(self):
        """Of an old event of each of some tenants."""
        for tenant in self.dice.sample(self.tenants, min(len(self.tenants), PROOFS)):
            answer = self.as_tenant(tenant, "GET", "/v1/events?order=asc&limit=20")
            yield f"/v1/events/{answer['items'][-1]['id']}/proof", tenant

    def as_tenant(self, tenant, method, path, body=None):
        """One request by hand."""
        mine, self.service.token = self.service.token, tenant.token
        try:
            return self.service.call(method, path, body)
        finally:
            self.service.token = mine

    def follow(self):
        """From the answer to a post until its follower has it."""
        tenant, seen, begun = self.tenants[-1], {}, threading.Event()
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        connection.request("GET", "/v1/events:tail?action=record.viewed", headers={"Authorization": f"Bearer {tenant.token}"})
        stream = connection.getresponse()
        if stream.status != 200:
            say(store=self.name, skipped="tail delay", why="this server does not have it")
            return

        def listen():
            begun.set()
            for line in stream:
                if line.startswith(b"data: "):
                    seen[json.loads(line[6:])["id"]] = time.monotonic()
                if len(seen) == FOLLOWED:
                    return
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        begun.wait()
        text = json.loads(self.texts[0]) | {"action": "record.viewed"}
        posted = {}
        for _ in range(FOLLOWED):
            made = self.as_tenant(tenant, "POST", "/v1/events", text)
            posted[made["id"]] = time.monotonic()
        thread.join(20)
        delays = sorted(max(0.0, seen[key] - at) * 1000 for key, at in posted.items() if key in seen)
        connection.close()
        if delays:
            self.fact("tail delay p50 ms", round(statistics.median(delays), 2), seen=len(delays))
            self.fact("tail delay p99 ms", round(delays[int(len(delays) * 0.99)], 2))

    def leave(self):
        """Exports of some tenants, in each format."""
        tokens = [tenant.token for tenant in self.tenants[:EXPORTERS]]
        for name, seen in leaving.measure(self.service, tokens):
            self.fact(f"export rows/s, {name}", **seen)

    def look_at_process(self):
        """Memory, a start after kill -9, the check and the rebuild."""
        self.fact("private memory, MiB", round(self.service.rss_anon_mib(), 1))
        self.service.stop(signal.SIGKILL)
        self.fact("start after kill -9, s", round(self.service.start(), 3))
        self.service.stop()
        self.fact("munimentd verify, events/s a core", round(self.events / self.service.verify_seconds()))
        self.fact("munimentd reindex, events/s a core", round(self.events / self.reindex_seconds()))

    def reindex_seconds(self):
        """Of a core's time."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([self.service.programs / "munimentd", "reindex", "--data", self.service.data, "--key-file",
                        self.service.key, "--allow-unlocked"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def measure(self):
        """Everything, in order."""
        try:
            self.fill()
            self.read()
            self.follow()
            self.leave()
            self.look_at_process()
        finally:
            self.service.stop(signal.SIGKILL)


BARS = (("bytes an event", "at most", 600), ("start after a clean stop, s", "at most", 0.1), ("start after kill -9, s", "at most", 1),
        ("munimentd verify, events/s a core", "at least", 300000), ("munimentd reindex, events/s a core", "at least", 80000),
        ("action + actor rps", "at least", 3000), ("action + actor p99_us", "at most", 7000), ("no match p99_us", "at most", 15000),
        ("text rps", "at least", 500))


def report(large, small):
    """Bars of the large store, then its ratios to the small one."""
    for what, way, bar in BARS:
        value = large.facts.get(what)
        if value is None:
            say(bar=what, value=None, verdict="not measured")
            continue
        reached = value >= bar if way == "at least" else value <= bar
        say(bar=what, value=value, wanted=f"{way} {bar}", verdict="pass" if reached else "fail")
    for what, value in large.facts.items():
        other = small.facts.get(what)
        if not what.endswith(("p50_us", "p95_us", "p99_us", " ms")) or not other:
            continue
        ratio = value / other
        say(ratio=f"{what}, {large.events:,} / {small.events:,} events", value=round(ratio, 2), wanted="at most 3",
            verdict="pass" if ratio <= 3 else "fail")


def main(arguments, root):
    """Small store first: what it takes shows early."""
    ask = options(arguments, root)
    machine.compile_programs(ask.work / "tools")
    small = Store(ask, "small", ask.base, max(1, ask.tenants * ask.base // ask.events))
    large = Store(ask, "large", ask.events, ask.tenants)
    for store in (small, large):
        store.measure()
    report(large, small)
    if not ask.keep:
        for store in (small, large):
            machine.remove(store.service.directory)
    return 0
