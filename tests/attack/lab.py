# SPDX-License-Identifier: Apache-2.0
"""The laboratory: a server on a clock that is moved, people with factors, and many hands that type at once."""
import collections
import http.client
import itertools
import json
import pathlib
import re
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "stories"))
import letterbox  # noqa: E402
import play  # noqa: E402

STEP_S = 30
AROUND = 2  # steps before and after now whose codes a wrong guess must not hit by chance
TOKEN_HOURS = "9600"
CODE = re.compile(r"\b\d{8}\b")


def one_of(answer):
    """What an answer decided."""
    return answer.get("decision"), answer.get("reason")


class Lab:
    """One store that all attacks share; each attack has a victim of its own."""

    def __init__(self, story, server, mailbox):
        self.story, self.server, self.mailbox = story, server, mailbox
        self.clock = server.move_clock()
        self.serial = itertools.count()
        self.near = {}  # what a seed's app shows around a step

    def claim(self, *what):
        return self.story.claim(*what)

    # ---- victims ----

    def person(self, ref, **more):
        """Somebody of the staff."""
        return self.server.post("/v1/people", {"ref": ref, "name": ref.title(), "kind": "staff", "roles": ["assistant"], **more})["id"]

    def app(self, ref):
        """An authenticator of somebody new; its seed. The code of two steps ago confirmed it, so that the clock goes on first."""
        self.person(ref)
        factor = self.server.post(f"/v1/people/{ref}/factors", {"type": "totp"})
        self.server.post(f"/v1/factors/{factor['id']}/confirm", {"code": self.code(factor["secret"], -STEP_S)})
        return factor["secret"]

    def mailbox_of(self, ref):
        """Somebody new who is mailed codes; the address."""
        address = f"{ref}@harbour.example"
        self.person(ref, email=address)
        factor = self.server.post(f"/v1/people/{ref}/factors", {"type": "email"})
        self.server.post(f"/v1/factors/{factor['id']}/confirm", {"code": self.mailed(address, "Sign-in code")})
        return address

    def mailed(self, address, saying):
        """The code in the newest mail of an address that says something."""
        letters = self.mailbox.letters(address, saying)
        return CODE.search(letters[-1].get_content())[0]

    def codes_mailed(self, address):
        """How many codes have arrived there."""
        return sum(to == address and bool(CODE.search(mail.get_content())) for to, mail, _ in self.mailbox.mails)

    def code(self, secret, off=0):
        """What the victim's app shows; oathtool is the app."""
        return play.oathtool(secret, self.clock.now() + off)

    def wrong(self, secret):
        """Six digits that the app shows at no step near by, a new one each time."""
        place = secret, self.clock.now() // STEP_S
        if place not in self.near:
            self.near[place] = play.oathtool(secret, self.clock.now() - AROUND * STEP_S, "--window", str(2 * AROUND)).split()
        while (guess := f"{next(self.serial) * 7919 % 1000000:06}") in self.near[place]:
            pass
        return guess

    # ---- what an attacker sends ----

    def device(self, own=None):
        """A machine and an address that nobody has seen before; or the device that one claims to be."""
        number = next(self.serial)
        return {"id": own or f"bot-{number}", "ip": f"198.51.{number // 250 % 250}.{number % 250}", "user_agent": f"Mozilla/5.0 (bot {number})"}

    def forged(self):
        """Headers of somebody who stands behind a proxy that is none."""
        number = next(self.serial)
        return {"X-Forwarded-For": f"192.0.2.{number % 250}, 10.0.{number // 250 % 250}.{number % 250}", "Forwarded": f"for=192.0.2.{number % 250}"}

    def open(self, person, code=None, own=None, **more):
        """The first call of a login, from nowhere that is known unless `own` says so."""
        body = {"person": person, "device": self.device(own), "purpose": "login", **more} | ({"code": code} if code else {})
        return self.server.post("/v1/verifications", body, headers=self.forged())

    def type(self, verification, **what):
        """One more call on a login that is open."""
        return self.server.post(f"/v1/verifications/{verification}", what, headers=self.forged())

    def at_once(self, hands, calls):
        """So many connections, open already, send at the same moment; each one all of its calls: (path, body)."""
        answers, gate = [[] for _ in range(hands)], threading.Barrier(hands)

        def one(number):
            wire = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            wire.connect()
            gate.wait()
            for path, body in calls(number):
                wire.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {self.server.token}", **self.forged()})
                answers[number].append(json.loads(wire.getresponse().read()))
            wire.close()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(hands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answer for mine in answers for answer in mine]

    # ---- what the log says ----

    def comes(self, action, seconds=30):
        """Whether the server says so on its log, of its own accord."""
        until = time.monotonic() + seconds
        while not (found := self.server.events(f"&action={action}")) and time.monotonic() < until:
            time.sleep(0.1)
        return bool(found)

    def evaluated(self):
        """How many wrong codes were compared, by person: each is on the log, alone or in a count, once its minute has ended."""
        self.clock.move(60)
        self.server.stop()
        self.server.start()  # a start closes the counts of all minutes that have ended
        found = collections.Counter()
        for event in self.server.events("&action=challenge.failed"):
            if event["reason"] == "wrong_code":
                found[event["actor"]["ref"]] += event.get("count", 1)
        return found
