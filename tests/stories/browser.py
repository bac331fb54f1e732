# SPDX-License-Identifier: Apache-2.0
"""What a browser does with the pages: cookies, Origin, the header of our own; and the mails of a Maildir."""
import email
import email.policy
import http.cookies
import re
import time

import play

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Browser:
    """One cookie jar; keeps what the server sets, and drops what it clears."""

    def __init__(self, server, agent=FIREFOX):
        self.server, self.agent, self.jar, self.set = server, agent, {}, {}

    def call(self, method, path, body=None, page="1", origin="own", site="same-origin", more=None):
        own = f"http://127.0.0.1:{self.server.port}"
        headers = {"User-Agent": self.agent}
        if page:
            headers["Muniment-Page"] = page
        if origin and method != "GET":
            headers["Origin"] = own if origin == "own" else origin
        if site:
            headers["Sec-Fetch-Site"] = site
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        answer = self.server.call(method, path, body, token="", headers=headers | (more or {}))
        self.keep(answer)
        return answer

    def keep(self, answer):
        self.set = {}
        for line in answer.all("Set-Cookie"):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.set[name] = line
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body if body is not None else {}, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    def begin(self, address):
        return self.post("/v1/sign-ins", {"email": address})

    def step(self, sign_in, **what):
        return self.post(f"/v1/sign-ins/{sign_in['id']}", what)

    def sign_in(self, mails, address, secret=None, at=None):
        """With the mailed code, and an authenticator's where one is asked for; the last answer."""
        answer = self.begin(address)
        answer = self.step(answer, code=mails.code(address, answer["reference"]))
        if secret and answer["state"] == "factor":
            answer = self.step(answer, totp=play.oathtool(secret, at))
        return answer


class Mails:
    """A Maildir that a server fills."""

    def __init__(self, folder):
        self.folder, self.read = folder, set()

    def settings(self):
        return ["--mail-kind", "maildir", "--mail-from", "security@muniment.invalid", "--mail-maildir", str(self.folder)]

    def letters(self, to):
        """Those of an address, oldest first, with their texts."""
        found = []
        for path in self.folder.rglob("*"):
            if not path.is_file() or path.parent.name not in ("new", "cur"):
                continue
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if mail["To"] and to in str(mail["To"]):
                found.append((path.stat().st_mtime_ns, f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"))
        return [text for _, text in sorted(found)]

    def code(self, to, reference, seconds=20):
        """The digits that came with a reference, once: another letter may have the same one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for text in reversed(self.letters(to)):
                found = re.search(rf"(\d{{6,8}}) \({reference}\)", text)
                if found and found[1] not in self.read:
                    self.read.add(found[1])
                    return found[1]
            time.sleep(0.05)
        raise RuntimeError(f"no mail with {reference} came to {to}")
