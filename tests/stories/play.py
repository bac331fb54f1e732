# SPDX-License-Identifier: Apache-2.0
"""What the stories share: a real munimentd on loopback with a store of its own, and a client that speaks plain HTTP to it.

A story is a list of claims: story.claim("what holds", condition). The last line printed is 'N passed, N failed'."""
import base64
import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = pathlib.Path(os.environ.get("MUNIMENT_PROGRAMS", pathlib.Path(__file__).resolve().parents[2] / "build"))
# Each story has a lane of its own, because several run side by side, and below the ports that the kernel gives to clients.
LANE = 10000 + 400 * int(os.environ.get("MUNIMENT_LANE", os.getpid() % 50))
PORTS = itertools.cycle(range(LANE, LANE + 400))
LAPTOP = {"id": "laptop-17", "ip": "203.0.113.7", "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0", "name": "Anna's ThinkPad"}


def wait_until(holds, seconds=60):
    """Until something is so, or it is too late; returns what was seen last. A busy machine takes its time."""
    end = time.monotonic() + seconds
    while not (seen := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return seen


class Story:
    """Counts claims; a claim that does not hold is printed with what was seen."""

    def __init__(self, goal):
        self.passed = self.failed = 0
        print(goal, flush=True)

    def claim(self, sentence, holds, seen=None):
        if holds:
            self.passed += 1
            print(f"  ok   {sentence}", flush=True)
        else:
            self.failed += 1
            print(f"  FAIL {sentence}" + (f": {seen!r}" if seen is not None else ""), flush=True)
        return holds

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, dict(headers), body
        self.lines = list(self.headers.items() if isinstance(headers, dict) else headers)

    def all(self, name):
        """Every line of a header."""
        return [value for key, value in self.lines if key.lower() == name.lower()]

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def code(self):
        return (self.json or {}).get("code")

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"

    def __getitem__(self, name):
        return self.json[name]


def free_port():
    """A port that nobody has, or will have until the story takes it."""
    for port in PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("there is no free port")


def device_header(device=None):
    return base64.urlsafe_b64encode(json.dumps(device or LAPTOP).encode()).decode().rstrip("=")


class Following:
    """A stream of server-sent events, read as it comes."""

    def __init__(self, server, query="", token=None, last=None, headers=None):
        self.wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Authorization": f"Bearer {token or server.token}"} | ({"Last-Event-ID": str(last)} if last is not None else {}) | (headers or {})
        self.wire.request("GET", f"/v1/events:tail{query}", headers=headers)
        self.reply = self.wire.getresponse()
        self.status, self.headers = self.reply.status, dict(self.reply.getheaders())
        self.last = last  # the id to go on from

    def next(self):
        """(id, event, data) of the next message with data; None when the stream has ended."""
        message = {}
        while line := self.reply.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                message[name] = value
            elif "data" in message:
                self.last = int(message["id"])
                return self.last, message["event"], json.loads(message["data"])
            else:
                self.last = int(message.get("id", -1 if self.last is None else self.last))
                message = {}
        return None

    def close(self):
        self.reply.close()
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def library(folder, stem):
    """A source beside this file, made into what can be preloaded."""
    made = folder / f"{stem}.so"
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", made, pathlib.Path(__file__).with_name(f"{stem}.c")], check=True)
    return made


def preload(*libraries):
    """The value of LD_PRELOAD for a server, behind the sanitizer where it is built with one."""
    linked = subprocess.run(["ldd", PROGRAMS / "munimentd"], capture_output=True, text=True, check=True).stdout
    sanitizer = [line.split()[2] for line in linked.splitlines() if "libasan" in line]
    return " ".join([*sanitizer, *map(str, libraries)])


class Clock:
    """The wall clock of one server, moved while it runs (moved_clock.c). What waits by the other clock waits as long as ever."""

    def __init__(self, folder):
        self.path, self.ahead = folder / "clock", 0
        self.path.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": preload(library(folder, "moved_clock")), "MOVED_CLOCK": str(self.path)}

    def move(self, seconds):
        """On, or back; in one step for whoever reads it meanwhile."""
        self.ahead += seconds
        with open(self.path, "r+b", buffering=0) as file:
            file.write((self.ahead * 1000).to_bytes(8, sys.byteorder, signed=True))

    def now(self):
        """What that clock shows."""
        return int(time.time()) + self.ahead


class Server:
    """A store in a folder of its own and the server on it; with a clock of another day it is made on that day."""

    def __init__(self, settings=(), tenant="Harbour Desk", disk=None, init=(), clock=None):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="muniment-story-"))
        self.data = (disk or self.home) / "data"
        self.port = free_port()
        self.metrics = "off"
        self.settings = list(settings)
        self.under = []  # the words in front of its command, such as a limit
        self.process = None
        self.environment = self.made_in = clock.environment if clock else {}
        self.tenant = json.loads(self.run("init", "--tenant", tenant, *init).stdout)
        self.token, self.operator = self.tenant["token"], self.tenant["operator_token"]

    def run(self, command, *flags):
        """One munimentd command to its end."""
        return subprocess.run([PROGRAMS / "munimentd", command, "--data", self.data, "--allow-unlocked", *flags],
                              capture_output=True, text=True, check=command == "init", env={**os.environ, **self.made_in})

    def start(self, how="ready"):
        """Serve; returns the seconds until the ready line, or the one that says how it is."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*self.under, PROGRAMS / "munimentd", "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--metrics-listen",
             self.metrics, "--allow-unlocked", *self.settings], stdout=subprocess.PIPE, stderr=(self.home / "journal").open("ab"), text=True,
            env={**os.environ, **self.environment})
        line = self.process.stdout.readline()
        if f" {how} on " not in line:
            raise RuntimeError(f"the server did not start: {(self.home / 'journal').read_text()[-2000:]}")
        return time.monotonic() - began

    def move_clock(self):
        """From the next start on its wall clock is the one that this returns."""
        clock = Clock(self.home)
        self.environment = clock.environment
        return clock

    def quick_turns(self):
        """From the next start on its background jobs have 250 turns a second (quick_turns.c): what is done once a day is done soon."""
        self.environment = {**self.environment, "LD_PRELOAD": " ".join([self.environment.get("LD_PRELOAD") or preload(), str(library(self.home, "quick_turns"))])}

    def stop(self, how=signal.SIGTERM):
        """End it; returns the exit code."""
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.process = None
        return code

    def stops_cleanly(self, story, sound=True):
        """Ends it, and claims that it went as it should; a journal tells why it did not. What was done in it left a store of which every
        row is found by the lists that lead to it."""
        code = self.stop()
        story.claim("it stops cleanly", code == 0, (code, (self.home / "journal").read_text(errors="replace")[-3000:]))
        found = self.run("verify")
        story.claim("and the store is sound" if sound else "and the store is not sound", (found.returncode == 0) == sound, found)

    def close(self):
        if self.process:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, path, body=None, token=None, headers=None, connection=None):
        """One request; body is JSON unless it is bytes."""
        sent = {"Authorization": f"Bearer {token or self.token}"} if token != "" else {}
        sent.update(headers or {})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        own.request(method, path, body=data, headers=sent)
        reply = own.getresponse()
        answer = Answer(reply.status, reply.getheaders(), reply.read())
        if not connection:
            own.close()
        return answer

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body if body is not None else {}, **more)

    def raw(self, request, wait=10):
        """Bytes on a socket; all that comes back until the server closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as wire:
            wire.sendall(request)
            got = b""
            try:
                while chunk := wire.recv(65536):
                    got += chunk
            except socket.timeout:
                pass
            return got

    def events(self, query="", **more):
        """Every event that a query finds, over all its pages."""
        found, cursor = [], None
        while True:
            page = self.get(f"/v1/events?limit=500{query}" + (f"&cursor={cursor}" if cursor else ""), **more)
            if page.status != 200:
                raise RuntimeError(f"browsing failed: {page!r}")
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found

    def follow(self, query="", **more):
        """A stream of what comes."""
        return Following(self, query, **more)

    def proven(self, person, verification, device=None):
        """The headers of a person who proved who they are."""
        return {"Muniment-Actor": person, "Muniment-Device": device_header(device), "Muniment-Verification": verification}


def oathtool(secret, at=None, *flags):
    """The code of a base32 secret, by a program that we did not write."""
    when = ["--now", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))] if at else []
    return subprocess.run(["oathtool", "--totp", "--base32", *flags, *when, secret], capture_output=True, text=True, check=True).stdout.strip()


def otplib(folder):
    """Codes by npm's otplib, as a function of secret and time; None where npm or its registry is not to be had."""
    shutil.copytree(pathlib.Path(__file__).resolve().parents[1] / "npm", folder / "npm")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if not shutil.which("npm") or subprocess.run(command, cwd=folder / "npm", capture_output=True, check=False).returncode != 0:
        print("  skip otplib: npm does not bring it", flush=True)
        return None
    return lambda secret, at: subprocess.run(["node", "otp.mjs", secret, str(int(at))], cwd=folder / "npm", capture_output=True, text=True, check=True).stdout.strip()


def read_qr(svg, folder):
    """What a phone would see in the picture: rsvg-convert draws it, zbarimg reads it."""
    picture, drawn = folder / "qr.svg", folder / "qr.png"
    picture.write_text(svg)
    subprocess.run(["rsvg-convert", "-w", "400", "-b", "white", "-o", drawn, picture], check=True)
    return subprocess.run(["zbarimg", "--quiet", "--raw", drawn], capture_output=True, text=True, check=True).stdout.strip()
