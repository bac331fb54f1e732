# SPDX-License-Identifier: Apache-2.0
"""An agency for the stories of handovers: people with tokens of their own, clients with seeds in the vault, and its clock."""
import time

import play

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEVER_SAID = ("sick", "sairas", "sairaus", "illness", "болнич", "sjuk", "beteg")


def text(at):
    """A time as the API takes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Agency:
    """People are named by their ref."""

    def __init__(self, story, server):
        self.story, self.server, self.clock, self.tokens = story, server, server.move_clock(), {}
        server.start()

    def claim(self, *what):
        return self.story.claim(*what)

    def hire(self, role, *names):
        for name in names:
            made = self.server.post("/v1/people", {"ref": name, "name": name.title(), "email": f"{name}@agency.example", "kind": "staff", "roles": [role]})
            self.tokens[name] = self.server.post(f"/v1/people/{made['id']}/tokens", {"name": "laptop"})["token"]

    def client(self, ref, count):
        """A client with so many seeds; their ids."""
        self.server.post("/v1/clients", {"ref": ref, "name": ref.title(), "contacts": [{"name": ref.title(), "email": f"{ref}@client.example"}]},
                         token=self.tokens["owner"])
        return [self.server.post("/v1/credentials", {"client": ref, "kind": "totp", "label": {"title": f"{ref} {n}"}, "secret": {"totp": SEED}, "modes_max": ["code"]},
                                 token=self.tokens["owner"])["id"] for n in range(count)]

    def give(self, credential, to):
        return self.server.post("/v1/grants", {"credential": credential, "to": to, "modes": ["code"]}, token=self.tokens["owner"])["id"]

    def grants(self, of, state, by="owner"):
        return self.server.get(f"/v1/grants?limit=500&person={of}&state={state}", token=self.tokens[by])["items"]

    def take(self, who, grant):
        return self.server.post(f"/v1/grants/{grant}/uses", {"mode": "code", "purpose": "open the shop", "device": play.LAPTOP}, token=self.tokens[who])

    def opens(self, who, grants):
        """How many of them open now."""
        return sum(self.take(who, grant).status == 200 for grant in grants)

    def ask(self, by, **terms):
        return self.server.post("/v1/handovers", terms, token=self.tokens[by])

    def decide(self, by, handover, approve=True):
        return self.server.post(f"/v1/handovers/{handover}/decision", {"approve": approve}, token=self.tokens[by])

    def see(self, handover):
        return self.server.get(f"/v1/handovers/{handover}", token=self.tokens["owner"])

    def wait_for(self, handover, state):
        """Until the background has done its part."""
        return play.wait_until(lambda: self.see(handover)["state"] == state)

    def actions(self, *prefixes):
        """What the log says, oldest first."""
        return [event["action"] for event in reversed(self.server.events(token=self.tokens["owner"])) if event["action"].startswith(prefixes)]

    def says_nothing(self):
        stored = b"".join(path.read_bytes() for path in self.server.data.rglob("*") if path.is_file()).lower()
        self.claim("no file says why somebody was away", not [word for word in NEVER_SAID if word.encode() in stored])
