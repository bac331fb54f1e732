# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server on loopback (python3-aiosmtpd) with STARTTLS and AUTH, whose certificate is made for one story."""
import email
import email.policy
import os
import subprocess
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Mailbox:
    """Keeps what arrives; letters(to) gives the decoded mails of one address."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.mails, self.arrived = [], threading.Condition()
        self.certificate, self.key = folder / "mail.crt", folder / "mail.pem"
        self.password = folder / "mail.password"
        self.password.write_text("a long pass phrase\n")
        os.chmod(self.password, 0o600)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate],
                       check=True, capture_output=True)
        self.controller = Controller(self, hostname="127.0.0.1", port=port, tls_context=self.context(), require_starttls=True,
                                     authenticator=self.authenticate, auth_required=True, auth_require_tls=True)

    def context(self):
        import ssl
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        right = data.login == b"muniment" and data.password == b"a long pass phrase"
        return AuthResult(success=right)

    async def handle_DATA(self, _server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.arrived:
            self.mails.append((envelope.rcpt_tos[0], mail, session.ssl is not None))
            self.arrived.notify_all()
        return "250 kept"

    def letters(self, to, saying, seconds=30):
        """The mails of an address that say something, once there is one."""
        def mine():
            return [mail for address, mail, _ in self.mails if address == to and saying in mail.get_content()]
        with self.arrived:
            self.arrived.wait_for(mine, seconds)
            return mine()

    def settings(self):
        """The flags that make a server send its mails here."""
        return ["--mail-kind", "smtp", "--mail-from", "security@harbour.example", "--smtp-url", f"smtp://localhost:{self.port}",
                "--smtp-username", "muniment", "--smtp-password-file", str(self.password), "--smtp-ca-file", str(self.certificate)]
