# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL from Debian: a server of our own, durable as it is by default and with room in memory, driven by its own pgbench. Each of our
benches that measure beside it brings its tables (pgcrypto.py, pgevents.py)."""
import os
import pathlib
import pwd
import re
import shutil
import subprocess

from rows import say

PACKAGE = "postgresql-15"
PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{directory}'
max_connections = 120
shared_buffers = 2GB
wal_buffers = 16MB
max_wal_size = 8GB
checkpoint_timeout = 15min
synchronous_commit = on
fsync = on
"""


def is_installed():
    """Whether Debian's package is here; pgbench and pgcrypto are in it."""
    return (PROGRAMS / "initdb").exists()


class Server:
    """One cluster under `directory`. It does not run as root, so as postgres where we are; its socket is for that user alone."""

    def __init__(self, directory):
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.started = False

    def run(self, *words, text=None):
        """One of its programs, as the user that it runs as."""
        words = [str(word) for word in words]
        if os.geteuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        return subprocess.run(words, input=text, capture_output=True, text=True, check=True, cwd="/").stdout

    def write(self, path, text):
        """Add to a file of its."""
        self.run("sh", "-c", 'cat >> "$0"', path, text=text)

    def sql(self, text, **variables):
        """Statements, until the first that fails; a :name in them is a variable."""
        set_all = (word for name, value in variables.items() for word in ("-v", f"{name}={value}"))
        self.run(PROGRAMS / "psql", "-h", self.directory, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", *set_all, text=text)

    def create(self):
        """A new cluster, started."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            os.chown(self.directory, pwd.getpwnam("postgres").pw_uid, -1)
        self.run(PROGRAMS / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres")
        self.write(self.data / "postgresql.conf", SETTINGS.format(directory=self.directory))
        self.started = True  # also when it then took too long for pg_ctl
        self.run(PROGRAMS / "pg_ctl", "-D", self.data, "-l", self.directory / "journal", "-w", "start")

    def prepare(self):
        """create, where that is possible. Returns whether it is; if not, why is said."""
        if not is_installed():
            say(skipped="postgres", why=f"install {PACKAGE} to measure beside it")
            return False
        try:
            self.create()
        except subprocess.CalledProcessError as failed:
            say(skipped="postgres", why=f"{failed} {failed.stderr[-300:]}")
            return False
        return True

    def pgbench(self, script, connections, seconds):
        """Transactions a second, and how long each took."""
        log = self.directory / "latency"
        said = self.run(PROGRAMS / "pgbench", "-h", self.directory, "-U", "postgres", "-n", "-M", "prepared", "-f", script,
                        "-c", connections, "-j", min(2, connections), "-T", max(1, round(seconds)), "-l", f"--log-prefix={log}", "postgres")
        logs = list(self.directory.glob("latency.*"))
        took = sorted(int(line.split()[2]) for path in logs for line in path.read_text(encoding="ascii").splitlines())
        for path in logs:
            path.unlink()
        rate = float(re.search(r"tps = ([\d.]+)", said)[1])
        return {"rps": round(rate), "n": len(took), "p50_us": took[len(took) // 2], "p99_us": took[len(took) * 99 // 100], "broken": 0, "s200": len(took)}

    def stop(self):
        """At once, if it runs."""
        if self.started and (self.data / "postmaster.pid").exists():
            self.run(PROGRAMS / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
