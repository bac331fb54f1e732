# SPDX-License-Identifier: Apache-2.0
"""Glewlwyd, the nearest server in C, from Debian: its stock schema in SQLite, its scheme for one-time passwords, users with a TOTP
factor each. Its package's configuration, but for the port, the log and the database."""
import base64
import contextlib
import hashlib
import json
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import time

from machine import run_json
from people import code, step_now
from wire import request, write_requests

PACKAGES = ("glewlwyd", "glewlwyd-common")
SCHEMA = pathlib.Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
STOCK = pathlib.Path("/etc/glewlwyd/glewlwyd.conf")
START_SECONDS = 30
OTP = {"issuer": "x", "secret-minimum-size": 16, "otp-length": 6, "hotp-allow": True, "hotp-window": 0, "totp-allow": True, "totp-window": 1,
       "totp-start-offset": 0}


def is_installed():
    """Whether Debian's package is here."""
    return shutil.which("glewlwyd") is not None and SCHEMA.exists()


def seed(number):
    """Of a user."""
    return hashlib.sha256(b"bench-%d" % number).digest()[:20]


def user(number):
    """What it calls a user."""
    return f"u{number:07}"


class Glewlwyd:
    """One database under `directory`, and the server on it."""

    def __init__(self, tools, directory, users):
        self.tools, self.directory, self.users = tools, directory, users
        self.process = None
        self.next_user = 0  # whoever signed in is refused for the rest of the half minute
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def create(self):
        """A new database with everybody enrolled."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(self.directory / "db")) as db:
            db.executescript(SCHEMA.read_text(encoding="utf-8"))
            self.add_users(db)
            db.commit()
        stock = STOCK.read_text(encoding="utf-8")
        for name, value in (("port", self.port), ("log_mode", '"file"'), ("log_file", f'"{self.directory / "log"}"'), ("log_level", '"ERROR"'),
                            ("external_url", f'"http://127.0.0.1:{self.port}/"')):
            stock = re.sub(rf"^{name} *=.*$", f"{name}={value}", stock, flags=re.M)
        stock = re.sub(r"^@include.*$", "", stock, flags=re.M)
        (self.directory / "conf").write_text('bind_address="127.0.0.1"\n' + stock + f'\ndatabase = {{ type = "sqlite3" path = "{self.directory / "db"}" }};\n', encoding="utf-8")
        return self

    def add_users(self, db):
        """Each in the one scope whose second step is a code."""
        scheme = db.execute("INSERT INTO g_user_auth_scheme_module_instance (guasmi_module, guasmi_expiration, guasmi_max_use, guasmi_name, guasmi_display_name,"
                            " guasmi_parameters) VALUES ('otp', 3600, 0, 'otp', 'otp', ?)", (json.dumps(OTP),)).lastrowid
        scope = db.execute("INSERT INTO g_scope (gs_name, gs_display_name, gs_password_required) VALUES ('work', 'work', 0)").lastrowid
        group = db.execute("INSERT INTO g_scope_group (gs_id, gsg_name) VALUES (?, 'second')", (scope,)).lastrowid
        db.execute("INSERT INTO g_scope_group_auth_scheme_module_instance (gsg_id, guasmi_id) VALUES (?, ?)", (group, scheme))
        mine = db.execute("INSERT INTO g_user_scope (gus_name) VALUES ('work')").lastrowid
        db.executemany("INSERT INTO g_user (gu_username, gu_name, gu_email, gu_enabled) VALUES (?, ?, '', 1)",
                       ((user(n), f"User {n}") for n in range(self.users)))
        db.execute("INSERT INTO g_user_scope_user (gu_id, gus_id) SELECT gu_id, ? FROM g_user WHERE gu_username <> 'admin'", (mine,))
        db.executemany("INSERT INTO gs_otp (gso_mod_name, gso_username, gso_otp_type, gso_secret, gso_totp_time_step_size, gso_last_used)"
                       " VALUES ('otp', ?, 1, ?, 30, 0)", ((user(n), base64.b32encode(seed(n)).decode()) for n in range(self.users)))

    def start(self):
        """Until it takes connections."""
        with open(self.directory / "said", "wb") as said:
            self.process = subprocess.Popen(["glewlwyd", f"--config-file={self.directory / 'conf'}"], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise RuntimeError(f"glewlwyd does not start: {(self.directory / 'said').read_text()[-500:]}")

    def stop(self):
        """By its own process."""
        if self.process:
            self.process.terminate()
            self.process.wait(START_SECONDS)
        self.process = None

    def verify(self, connections, seconds):
        """Right codes, each user once: what POST /v1/verifications is here."""
        step, count = step_now(), self.users // 4
        users = [(self.next_user + n) % self.users for n in range(count)]
        self.next_user = (self.next_user + count) % self.users
        path = write_requests(self.directory / "requests", [request("POST", "/api/auth/", None, {
            "username": user(n), "scheme_type": "otp", "scheme_name": "otp", "value": {"value": code(seed(n), step)}}) for n in users])
        return run_json(self.tools / "load", "-p", self.port, "-r", path, "-c", connections, "-s", seconds, "-1")
