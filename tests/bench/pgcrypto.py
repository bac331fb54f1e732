# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL from Debian as a vault: a table of secrets under pgcrypto, an audit row for each use, both in one durable transaction.
What a team would write in an afternoon. Driven by its own pgbench."""
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess

PACKAGES = ("postgresql-15", "postgresql-contrib")
PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
SECRETS = 10000
SCHEMA = """
create extension pgcrypto;
create table secret(id int primary key, client int not null, sealed bytea not null, modes int not null, ends timestamptz not null, used int not null default 0);
create table audit(id bigserial primary key, at timestamptz not null default now(), actor text not null, action text not null, secret int not null, purpose text, device jsonb);
create index on audit(actor, at);
insert into secret select i, i % 100, pgp_sym_encrypt('tr0ub4dor-and-three-' || i, 'a key that the application sends', 's2k-mode=0'), 7, now() + interval '90 days' from generate_series(1, {secrets}) i;
"""
USE = """
\\set s random(1, {secrets})
begin;
update secret set used = used + 1 where id = :s and ends > now() and modes & 4 > 0;
insert into audit(actor, action, secret, purpose, device) values('assistant' || :s % 500, 'credential.revealed', :s, 'pay invoice 77',
  '{{"ip":"203.0.113.7","ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0","device":"laptop-17"}}');
select pgp_sym_decrypt(sealed, 'a key that the application sends') from secret where id = :s;
commit;
"""


def is_installed():
    """Whether Debian's packages are here."""
    return (PROGRAMS / "initdb").exists() and pathlib.Path("/usr/share/postgresql/15/extension/pgcrypto.control").exists()


class Postgres:
    """One cluster under `directory`; it does not run as root, so as postgres where we are."""

    def __init__(self, directory):
        self.directory = directory
        self.running = False
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def run(self, *words, text=None):
        """One of its programs, as the user that it runs as."""
        words = [str(word) for word in words]
        if os.geteuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        return subprocess.run(words, input=text, capture_output=True, text=True, check=True, cwd="/").stdout

    def create(self):
        """A new cluster with its secrets; durable, as it is by default, and with room in memory."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        if os.geteuid() == 0:
            os.chown(self.directory, pwd.getpwnam("postgres").pw_uid, -1)
        self.run(PROGRAMS / "initdb", "-D", self.directory / "data", "-A", "trust", "-U", "postgres")
        settings = (f"listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\nshared_buffers=512MB\nmax_connections=120\n"
                    "synchronous_commit=on\nfsync=on\n")
        self.run("sh", "-c", f"cat >> {self.directory}/data/postgresql.conf", text=settings)
        self.run(PROGRAMS / "pg_ctl", "-D", self.directory / "data", "-l", self.directory / "journal", "-w", "start")
        self.running = True
        self.run("psql", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", text=SCHEMA.format(secrets=SECRETS))
        self.run("sh", "-c", f"cat > {self.directory}/use.sql", text=USE.format(secrets=SECRETS))
        return self

    def use(self, connections, seconds):
        """Uses a second, and how long each took."""
        log = self.directory / "latency"
        said = self.run(PROGRAMS / "pgbench", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-n", "-M", "prepared", "-f", self.directory / "use.sql",
                        "-c", connections, "-j", 2, "-T", max(1, round(seconds)), "-l", f"--log-prefix={log}", "postgres")
        took = sorted(int(line.split()[2]) for path in self.directory.glob("latency.*") for line in path.read_text(encoding="ascii").splitlines())
        for path in self.directory.glob("latency.*"):
            path.unlink()
        rate = float(re.search(r"tps = ([\d.]+)", said)[1])
        return {"rps": round(rate), "n": len(took), "p50_us": took[len(took) // 2], "p99_us": took[len(took) * 99 // 100], "broken": 0, "s200": len(took)}

    def stop(self):
        """At once, if it runs."""
        if self.running:
            self.run(PROGRAMS / "pg_ctl", "-D", self.directory / "data", "-m", "fast", "-w", "stop")
        self.running = False
