# SPDX-License-Identifier: Apache-2.0
"""What those who follow a log cost those who write to it: ./dev bench follow [--rounds 5] [--seconds 3] [--followers 1000].

Events are posted over 64 connections while nobody follows, while everybody follows with a filter that finds nothing, and while
each follows with one that finds 1 % of the events; in one run on one store, in interleaved rounds that begin with another of the
three each time. The delay is measured from when the server began to write an event down until a follower has read it."""
import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import subprocess

import machine
import wire
from people import People
from service import Service

CONNECTIONS = 64
SAMPLED = 20  # followers whose every event is looked at
EVENT_TEXTS = 20000
QUICK = {"rounds": 1, "seconds": 1.0, "followers": 100}
NOBODY, NOTHING, HUNDREDTH = "nobody follows", "all follow, nothing is found", "all follow, each finds 1 %"


def say(**facts):
    """One line of JSON."""
    print(json.dumps(facts), flush=True)


def options(arguments, root):
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench follow", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each row in each round")
    parser.add_argument("--followers", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="little of everything: does it run at all?")
    parser.add_argument("--programs", type=pathlib.Path, default=root / "build", help="where munimentd is")
    parser.add_argument("--work", type=pathlib.Path, default=root / "build" / "bench", help="where stores are made")
    ask = parser.parse_args(arguments)
    if ask.quick:
        vars(ask).update(QUICK)
    return ask


def query(row, number):
    """Half of the actions of one of fifty people are 1 % of all events; what nobody ever does is none."""
    actions = ("handover.approved",) if row == NOTHING else wire.ACTIONS[number % 2::2]
    return f"actor={wire.actor_ref(1 + number % (wire.ACTORS - 1))}&" + "&".join(f"action={action}" for action in actions)


@contextlib.contextmanager
def followers(service, row, count, seen):
    """Everybody follows inside of this; what they saw is left in `seen`."""
    if row == NOBODY:
        yield
        return
    path = wire.write_requests(service.directory / "followers", [
        wire.request("GET", f"/v1/events:tail?{query(row, number)}", service.token) for number in range(count)])
    with subprocess.Popen([service.tools / "follow", "-p", str(service.port), "-r", path, "-c", str(count), "-n", str(SAMPLED)],
                          stdout=subprocess.PIPE, text=True) as process:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the followers do not come in")
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            seen.update(json.loads(process.stdout.readline() or "{}"))


def measure(ask, service, row, events):
    """One row of one round."""
    seen = {}
    steal = machine.Steal()
    with followers(service, row, ask.followers, seen):
        result = service.load([("POST", "/v1/events", text) for text in events], CONNECTIONS, ask.seconds)[0]
    return result | {"steal_pct": steal.percent()} | {f"tail_{key}": value for key, value in seen.items()}


def report(measured):
    """Medians, and what followers leave of the rate in the same round."""
    for row in (NOTHING, HUNDREDTH):
        left = [one["rps"] / alone["rps"] for one, alone in zip(measured[row], measured[NOBODY])]
        value = statistics.median(left)
        say(ratio=f"durable events, 64 connections: {row} / {NOBODY}", value=round(value, 3), bar="at least 0.667",
            verdict="pass" if value >= 0.667 else "fail")
    delay = statistics.median(one["tail_p99_ms"] for one in measured[HUNDREDTH])
    say(ratio="tail delay p99, ms, under that load", value=delay, bar="at most 200", verdict="pass" if delay <= 200 else "fail")
    broken = sum(one["tail_broken"] for row in (NOTHING, HUNDREDTH) for one in measured[row])
    say(fact="streams that ended early", value=broken)


def main(arguments, root):
    """Everything, in order."""
    ask = options(arguments, root)
    tools = ask.work / "tools"
    machine.compile_programs(tools)
    service = Service(ask.programs.resolve(), tools, ask.work / "following")
    events = wire.events(EVENT_TEXTS, 1)
    rows = (NOBODY, NOTHING, HUNDREDTH)
    measured = {row: [] for row in rows}
    service.create().start()
    try:
        People(service, wire.ACTORS).create()
        measure(ask, service, NOBODY, events)  # warm
        for number in range(ask.rounds):
            for row in rows[number % 3:] + rows[:number % 3]:
                result = measure(ask, service, row, events)
                say(round=number + 1, row=row, **result)
                measured[row].append(result)
        say(fact="private memory afterwards, MiB", value=round(service.rss_anon_mib(), 1))
    finally:
        service.stop()
    report(measured)
