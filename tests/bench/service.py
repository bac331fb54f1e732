# SPDX-License-Identifier: Apache-2.0
"""A munimentd of our own: made, started, loaded, stopped and killed."""
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time

from machine import run_json
from wire import request, write_requests

START_SECONDS = 120
SETTLED_SHARE = 0.1  # of a core: passes that take minutes take less


class Service:
    """One store under `directory`, and the server on it."""

    def __init__(self, programs, tools, directory, preload=None):
        self.programs, self.tools = programs, tools
        self.directory = directory
        self.data, self.key = directory / "data", directory / "key"
        self.preload = preload
        self.settings = []  # flags beside those that every server here has
        self.process = self.port = self.token = self.operator = None

    def create(self):
        """A new store with one tenant, in place of what was there."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        made = run_json(self.programs / "munimentd", "init", "--data", self.data, "--key-file", self.key, "--tenant", "Bench",
                        "--allow-unlocked")
        self.token, self.operator = made["token"], made["operator_token"]
        return self

    def copy_from(self, other):
        """The store of another service that is not running; on the disk, or the first commit would write all of it."""
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(other.directory, self.directory)
        for path in self.directory.rglob("*"):
            if path.is_file():
                with open(path, "rb") as file:
                    os.fsync(file.fileno())
        self.token = other.token
        return self

    def start(self):
        """Returns the seconds until the first answer."""
        began = time.monotonic()
        environment = dict(os.environ, **({"LD_PRELOAD": str(self.preload)} if self.preload else {}))
        with open(self.directory / "journal", "ab") as journal:
            self.process = subprocess.Popen(
                [self.programs / "munimentd", "serve", "--data", self.data, "--key-file", self.key, "--listen", "127.0.0.1:0",
                 "--metrics-listen", "off", "--allow-unlocked", *self.settings], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=journal, env=environment, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)$", line.strip())
        if not found:
            raise RuntimeError(f"the server said {line!r}; see {self.directory / 'journal'}")
        self.port = int(found[1])
        self.call("GET", "/livez")
        return time.monotonic() - began

    def cpu_seconds(self):
        """What the server has used of the processors so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", maxsplit=1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Wait until the server has looked through what a start looks through: every protected row, and all people once."""
        until, busy = time.monotonic() + START_SECONDS, True
        while busy and time.monotonic() < until:
            before = self.cpu_seconds()
            time.sleep(1)
            busy = self.cpu_seconds() - before > SETTLED_SHARE
        return self

    def stop(self, how=signal.SIGTERM):
        """SIGTERM folds what is not folded yet; SIGKILL does not ask."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
            self.process.stdout.close()
        self.process = None

    def call(self, method, path, body=None):
        """One request by hand; what its answer holds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text}")
        return json.loads(text) if text else None

    def load(self, requests, connections, seconds, once=False):
        """Drive prepared requests: (method, path, body) each, or whole ones. With once also the answers, None for unsent."""
        requests = [one if isinstance(one, bytes) else request(*one[:2], self.token, *one[2:]) for one in requests]
        path = write_requests(self.directory / "requests", requests)
        command = [self.tools / "load", "-p", self.port, "-r", path, "-c", connections, "-s", seconds]
        if not once:
            return run_json(*command), None
        answers = self.directory / "answers"
        result = run_json(*command, "-1", "-a", answers)
        with open(answers, encoding="utf-8") as file:
            return result, [json.loads(line) if len(line) > 1 else None for line in file]

    def rss_anon_mib(self):
        """Private memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024

    def disk_bytes(self):
        """What the store takes on disk."""
        return sum(path.stat().st_blocks * 512 for path in self.data.rglob("*") if path.is_file())

    def verify_seconds(self):
        """How much of a core's time a full check of the stopped store takes."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([self.programs / "munimentd", "verify", "--data", self.data, "--key-file", self.key, "--allow-unlocked"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
