#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What somebody of the demo types to sign in to the pages: the address, the code of the newest mail, and the one that their authenticator shows.

    python3 demo/code.py koivu:owner1 [--demo var/demo.json] [--mail var/mail]"""
import argparse
import base64
import email
import email.policy
import hashlib
import hmac
import json
import pathlib
import re
import struct
import sys
import time

STEP = 30


def totp(secret, at):
    """RFC 6238."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // STEP), hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place:place + 4])[0] & 0x7fffffff) % 1000000:06d}"


def newest_code(folder, address):
    """Digits and reference of the newest mail to an address that has a code; None when there is none."""
    mails = sorted((path for path in folder.rglob("*") if path.is_file() and path.parent.name in ("new", "cur")), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in mails:
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found = address in str(mail["To"]) and re.search(r"(\d{6,8}) \((\w\w)\)", mail.get_body(("plain",)).get_content())
        if found:
            return found[1], found[2]
    return None


def find(demo, name):
    agency = name.partition(":")[0]
    people = demo["tenants"].get(agency, {}).get("people", {})
    if not any("people" in tenant for tenant in demo["tenants"].values()):
        sys.exit("code: this demo was loaded before its people could sign in: remove var/, and ./dev run loads it anew")
    if name not in people:
        heads = [one for tenant in demo["tenants"].values() for one, person in tenant.get("people", {}).items() if "totp" in person]
        sys.exit(f"code: there is no {name}; those with an authenticator: {' '.join(heads)}")
    return people[name]


def main():
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("person", help="agency:person, as in demo/people.json")
    ask.add_argument("--demo", type=pathlib.Path, default="var/demo.json")
    ask.add_argument("--mail", type=pathlib.Path, default="var/mail")
    said = ask.parse_args()
    person = find(json.loads(said.demo.read_text()), said.person)
    mailed, now = newest_code(said.mail, person["email"]), time.time()
    print(f"address        {person['email']}")
    print(f"mailed code    {mailed[0]} ({mailed[1]})" if mailed else "mailed code    none yet: give the address first")
    if "totp" in person:
        print(f"authenticator  {totp(person['totp'], now)}, for {STEP - int(now) % STEP} s more")


main()
