# SPDX-License-Identifier: Apache-2.0
"""People who can be verified: created, enrolled and given something to use, through the API alone."""
import base64
import hashlib
import hmac
import struct
import time

from wire import actor_ref, device

PERIOD_S = 30
WINDOW = (-1, 0, 1)  # steps from now whose codes are taken; each step of a person is good once, and none before it after that
CONNECTIONS = 64
ENROL_SECONDS = 600
TASK_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the credential whose codes are used


def code(secret, step):
    """RFC 6238: SHA-1, six digits."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06}"


def step_now():
    """The time step."""
    return int(time.time()) // PERIOD_S


def wait_for_room(seconds):
    """Until a run of so many seconds fits into this step."""
    left = PERIOD_S - time.time() % PERIOD_S
    if left < seconds + 1:
        time.sleep(left)


def all_succeeded(result):
    """Whether load saw no other status than 2xx, and no connection end early."""
    return not result["broken"] and all(key.startswith("s2") for key in result if key[0] == "s")


def all_answers(service, requests, what):
    """Send each request once; every one has to succeed."""
    result, answers = service.load(requests, CONNECTIONS, ENROL_SECONDS, once=True)
    if result["n"] != len(requests) or not all_succeeded(result):
        bad = next((a for a in answers if a is None or "title" in a), None)
        raise RuntimeError(f"{what}: {result}: {bad}")
    return result, answers


class People:
    """`count` people of a service; enrolled ones have a TOTP factor whose secret we know."""

    def __init__(self, service, count):
        self.service, self.count = service, count
        self.secrets, self.used_step = [], 0

    def create(self):
        """People with refs of our own; without addresses, or the mails of what is set up here would be on their way while logins
        are measured. Returns how many a second."""
        made, _ = all_answers(self.service, [
            ("POST", "/v1/people", {"ref": actor_ref(n), "name": f"Person {n}", "kind": "staff", "roles": ["assistant"]})
            for n in range(self.count)], "people")
        return made["rps"]

    def enrol(self):
        """A confirmed TOTP factor for everybody."""
        _, factors = all_answers(self.service, [("POST", f"/v1/people/{actor_ref(n)}/factors", {"type": "totp"})
                                                for n in range(self.count)], "factors")
        self.secrets = [base64.b32decode(factor["secret"] + "=" * (-len(factor["secret"]) % 8)) for factor in factors]
        wait_for_room(PERIOD_S / 2)
        self.used_step = step_now() + min(WINDOW)  # the oldest, so that all newer ones are good
        all_answers(self.service, [("POST", f"/v1/factors/{factor['id']}/confirm", {"code": code(secret, self.used_step)})
                                   for factor, secret in zip(factors, self.secrets)], "confirming factors")

    def log_in(self):
        """Everybody once, from the device of all later logins: else the first one of each run would make it known."""
        wait_for_room(PERIOD_S / 2)
        self.used_step = max(self.used_step + 1, step_now() + min(WINDOW))
        all_answers(self.service, [("POST", "/v1/verifications", {
            "person": actor_ref(n), "device": device(n), "purpose": "login", "code": code(secret, self.used_step)})
            for n, secret in enumerate(self.secrets)], "first logins")

    def verifications(self, seconds):
        """Each right code of everybody once, for a run that starts now."""
        wait_for_room(seconds)
        steps = [step_now() + shift for shift in WINDOW]
        return [("POST", "/v1/verifications", {"person": actor_ref(n), "device": device(n), "purpose": "login",
                                               "code": code(secret, step)})
                for step in steps if step > self.used_step for n, secret in enumerate(self.secrets)]

    def give_grants(self):
        """A TOTP credential of one client, and a grant of it for everybody. Returns the grants' ids."""
        client = self.service.call("POST", "/v1/clients", {"ref": "bench-client", "name": "Client", "language": "en"})
        credential = self.service.call("POST", "/v1/credentials", {
            "client": client["id"], "kind": "totp", "label": {"title": "Shop"}, "secret": {"totp": TASK_SEED},
            "modes_max": ["code"]})
        _, grants = all_answers(self.service, [
            ("POST", "/v1/grants", {"credential": credential["id"], "to": actor_ref(n), "modes": ["code"], "notify": False})
            for n in range(self.count)], "grants")
        return [grant["id"] for grant in grants]
