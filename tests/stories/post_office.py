# SPDX-License-Identifier: Apache-2.0
"""Debian's Postfix on loopback, with STARTTLS, mailboxes in a folder and a policy service that says what becomes of a recipient.

It needs root, as Postfix does: each of its daemons becomes another user."""
import email
import email.policy
import grp
import os
import pathlib
import pwd
import shutil
import socketserver
import subprocess
import tempfile
import threading
import time

import play

DAEMONS = "/usr/lib/postfix/sbin"
SERVICES = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.harbour.example
mydestination =
alias_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/boxes
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}, reject_unauth_destination
smtpd_relay_restrictions =
smtpd_tls_security_level = {tls}
smtpd_tls_cert_file = {home}/mail.crt
smtpd_tls_key_file = {home}/mail.pem
"""


class Policy(socketserver.StreamRequestHandler):
    """Postfix's protocol of policy delegation: attributes, an empty line, an action."""

    def handle(self):
        while asked := self.read():
            self.wfile.write(f"action={self.server.office.decide(asked.get('recipient', ''))}\n\n".encode())

    def read(self):
        asked = {}
        while (line := self.rfile.readline().decode().rstrip("\n")):
            name, _, value = line.partition("=")
            asked[name] = value
        return asked


class Post(socketserver.ThreadingTCPServer):
    """The policy service."""
    allow_reuse_address = daemon_threads = True


def certify(folder, name):
    """A certificate for localhost, signed by itself."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate


class PostOffice:
    """says[recipient] is a list of actions, taken one a time and the last one for ever; hold() makes it think until release()."""

    def __init__(self, domain):
        self.domain, self.home = domain, pathlib.Path(tempfile.mkdtemp(prefix="muniment-post-"))
        self.port, self.says, self.asked, self.free = play.free_port(), {}, [], threading.Event()
        self.free.set()
        self.home.chmod(0o755)
        self.certificate, self.other = certify(self.home, "mail"), certify(self.home, "other")
        self.policy = Post(("127.0.0.1", 0), Policy)
        self.policy.office = self
        threading.Thread(target=self.policy.serve_forever, daemon=True).start()
        nobody = pwd.getpwnam("nobody")
        for name in ("queue", "data", "boxes"):
            (self.home / name).mkdir()
        os.chown(self.home / "boxes", nobody.pw_uid, nobody.pw_gid)
        os.chown(self.home / "data", pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
        self.process = None
        self.start("may")

    def start(self, tls):
        """smtpd_tls_security_level: may, or none: then there is no STARTTLS."""
        nobody = pwd.getpwnam("nobody")
        (self.home / "main.cf").write_text(SETTINGS.format(home=self.home, daemons=DAEMONS, domain=self.domain, uid=nobody.pw_uid, gid=nobody.pw_gid,
                                                           policy=self.policy.server_address[1], tls=tls))
        (self.home / "master.cf").write_text(SERVICES.format(port=f"127.0.0.1:{self.port}"))
        self.process = subprocess.Popen(["postfix", "-c", self.home, "start-fg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                with play.socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
                    if wire.recv(100).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Postfix does not answer: {(self.home / 'maillog').read_text()[-2000:]}")

    def stop(self):
        # What was started is a script that waits for the daemon: it is the daemon that has to end.
        subprocess.run(["postfix", "-c", self.home, "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        self.process.wait(timeout=30)

    def restart(self, tls):
        self.stop()
        self.start(tls)

    def decide(self, recipient):
        self.asked.append(recipient)
        self.free.wait(100)
        actions = self.says.get(recipient, ["DUNNO"])
        return actions.pop(0) if len(actions) > 1 else actions[0]

    def hold(self):
        self.free.clear()

    def release(self):
        self.free.set()

    def letters(self):
        """All that arrived, as (recipient, how it came, mail)."""
        found = []
        for path in (self.home / "boxes" / "all").glob("new/*"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found.append((mail["Delivered-To"] or mail["X-Original-To"], mail["Received"], mail))
        return found

    def wait_for(self, recipient, saying, seconds=60):
        """The mails to somebody that say something, once there is one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            mine = [(how, mail) for to, how, mail in self.letters() if to == recipient and saying in mail.get_content()]
            if mine:
                return mine
            time.sleep(0.1)
        return []

    def settings(self, authority=None):
        """The flags that make a server send its mails here."""
        return ["--mail-kind", "smtp", "--mail-from", "security@harbour.example", "--smtp-url", f"smtp://localhost:{self.port}",
                "--smtp-ca-file", str(authority or self.certificate), "--smtp-timeout-ms", "2000"]

    def close(self):
        self.release()
        self.stop()
        self.policy.shutdown()
        self.policy.server_close()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
