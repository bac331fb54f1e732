#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads the demo agencies into a new store, through the API alone: people, clients, credentials with grants, and the month's events.
What it draws (tokens, TOTP secrets) it leaves in a file that only its owner can read.

    python3 demo/load.py --data var/data --programs build [--days 7 | --month] [--agency tiszapart]"""
import argparse
import base64
import collections
import concurrent.futures
import gzip
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import secrets
import socket
import struct
import subprocess
import sys
import time

import whole

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 1000
CONNECTIONS = 4
MONTH_DAYS = 28
OFFICE = {"ip": "192.0.2.10", "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "id": "office"}
KNOWN = {"seq", "ts", "tenant", "actor", "action", "outcome", "sev", "client", "dev", "purpose", "reason", "rows", "credential"}


class Api:
    """One keep-alive connection to the server."""

    def __init__(self, port):
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def post(self, path, body, token, more=None):
        return self.call("POST", path, token, body if isinstance(body, bytes) else json.dumps(body).encode(), more)

    def call(self, method, path, token, data=None, more=None):
        self.wire.request(method, path, body=data, headers={"Authorization": f"Bearer {token}", **(more or {})})
        reply = self.wire.getresponse()
        text = reply.read()
        if reply.status >= 300:
            sys.exit(f"demo: {method} {path} was answered {reply.status}: {text.decode(errors='replace')}")
        return json.loads(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_store(programs, data, name, agency):
    made = subprocess.run([programs / "munimentd", "init", "--data", data, "--demo", "--tenant", agency["display"], "--language", agency["lang"],
                           "--time-zone", agency["tz"], "--token-ttl", "9600", "--allow-unlocked"], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"demo: {made.stderr.strip()}")
    said = json.loads(made.stdout)
    return said["operator_token"], {name: {"tenant": said["tenant"], "token": said["token"]}}


def ref(name):
    """brezovitsa:owner1 -> owner1: refs are the tenant's own."""
    return name.split(":", 1)[1]


def load_roles(api, agency, token):
    """What a Swedish agency calls a project manager and a Finnish one a contact person is an account manager. Gives the roles that ask for an
    authenticator."""
    roles = {role["name"]: role for role in api.call("GET", "/v1/roles?limit=100", token)["items"]}
    for name in {person["role"] for person in agency["staff"]} - set(roles):
        api.call("PUT", f"/v1/roles/{name}", token, json.dumps({"capabilities": roles["account_manager"]["capabilities"]}).encode())
    return {name for name, role in roles.items() if role["least_factor"] == "totp"}


def load_people(api, name, agency, token):
    for person in agency["staff"]:
        api.post("/v1/people", {"ref": ref(person["id"]), "name": person["name"], "email": f"{ref(person['id'])}@{name}.example",
                                "language": agency["lang"], "kind": "staff", "roles": [person["role"]]}, token)
    for client in agency["clients"]:
        made = api.post("/v1/clients", {"ref": ref(client["id"]), "name": client["name"], "language": agency["lang"], "time_zone": agency["tz"],
                                        "contacts": [{"name": client["name"], "email": f"{ref(client['id'])}@clients.{name}.example"}]}, token)
        for contact in made["contacts"]:
            # A contact is given no role silently; in the demo a client reads what concerns them.
            api.call("PATCH", f"/v1/people/{contact['id']}", token, json.dumps({"roles": ["client"]}).encode())


def totp(secret, at):
    """The code of a base32 secret (RFC 6238)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place:place + 4])[0] & 0x7fffffff) % 1000000:06d}"


def enrol(api, person, token, acting=None):
    """An authenticator that somebody vouches for; its secret. The first one of an agency by the application that sets it up."""
    code = api.post(f"/v1/people/{person}/enrolment", {"by": "hand"}, token, acting)["code"]
    made = api.post(f"/v1/people/{person}/factors", {"type": "totp", "label": "Demo"}, token)
    api.post(f"/v1/factors/{made['id']}/confirm", {"code": totp(made["secret"], time.time() - 30), "enrolment": code}, token)
    return made["secret"]


def load_factors(api, name, agency, token, strict):
    """Whose role asks for an authenticator has one, so that everybody can sign in to the pages (./dev code). An owner is first, and vouches
    for the others."""
    heads = sorted((person for person in agency["staff"] if person["role"] in strict), key=lambda person: (person["role"] != "owner", person["id"]))
    people, acting = {}, None
    for person in agency["staff"]:
        people[person["id"]] = {"email": f"{ref(person['id'])}@{name}.example"}
    for person in heads:
        secret = enrol(api, ref(person["id"]), token, acting)
        people[person["id"]]["totp"] = secret
        if not acting:
            said = api.post("/v1/verifications", {"person": ref(person["id"]), "device": OFFICE, "purpose": "login", "code": totp(secret, time.time())}, token)
            acting = {"Muniment-Actor": ref(person["id"]), "Muniment-Device": header(OFFICE), "Muniment-Verification": said["id"]}
    return people


def header(device):
    return base64.urlsafe_b64encode(json.dumps(device).encode()).decode().rstrip("=")


def load_credentials(api, agency, token):
    """Each client deposits a login and a TOTP seed; whoever serves the client may use them."""
    for client in agency["clients"]:
        host = f"shop.{ref(client['id'])}.example"
        login = api.post("/v1/credentials", {"client": ref(client["id"]), "kind": "login", "label": {"title": host, "url": f"https://{host}/login", "username": ref(client["id"])},
                                             "secret": {"password": secrets.token_urlsafe(12)}, "modes_max": ["code", "inject", "reveal"]}, token)
        seed = api.post("/v1/credentials", {"client": ref(client["id"]), "kind": "totp", "label": {"title": f"{host} (codes)"},
                                            "secret": {"totp": base32(20)}, "modes_max": ["code"]}, token)
        for assistant in client["by"]:
            api.post("/v1/grants", {"credential": seed["id"], "to": ref(assistant), "modes": ["code"]}, token)
            api.post("/v1/grants", {"credential": login["id"], "to": ref(assistant), "modes": ["reveal"]}, token)


def base32(count):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "".join(secrets.choice(alphabet) for _ in range(count * 8 // 5))


def event_of(row, staff):
    """A row of the demo as the API takes it."""
    made = {"action": row["action"], "time": stamp(row["ts"]), "outcome": row["outcome"]}
    if row["actor"] in staff:
        made["actor"] = {"person": ref(row["actor"])}
        made["device"] = device_of(row["dev"])
    else:
        made["actor"] = "system"
        if row["dev"]:
            made["device"] = device_of(row["dev"])
    if row["client"]:
        made["client"] = ref(row["client"])
    for name in ("purpose", "reason"):
        if row.get(name):
            made[name] = row[name]
    if "rows" in row:
        made["count"] = row["rows"]
    if "credential" in row:
        made["object"] = {"type": "credential", "id": row["credential"].replace("/", ".").split(":", 1)[1]}
    rest = {key: value for key, value in row.items() if key not in KNOWN and value is not None}
    if rest:
        made["detail"] = rest
    return made


def device_of(device):
    if not device:
        return OFFICE
    made = {"ip": device["ip"] or "192.0.2.1", "user_agent": device["ua"]}
    if device.get("id"):
        made["id"] = device["id"].split(":", 1)[-1].replace("/", ".")
    return made


def stamp(ms):
    import datetime
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def rendered(agencies, days):
    """The bodies to post, for each agency in the order of its days: whoever measures the load has made them before."""
    rows = [json.loads(line) for line in gzip.open(HERE / "events.jsonl.gz", "rt")]
    begin = max(row["ts"] for row in rows) - days * 86400000
    staff = {person["id"] for agency in agencies.values() for person in agency["staff"]}
    waiting, month = collections.defaultdict(list), whole.Month()
    for row in rows:
        if row["ts"] >= begin and row["tenant"] in agencies:
            waiting[row["tenant"]].append(json.dumps(whole.completed(month, row, event_of(row, staff)), ensure_ascii=False))
    return {name: ["\n".join(lines[at:at + BATCH]).encode() for at in range(0, len(lines), BATCH)] for name, lines in waiting.items()}


def send(port, batches, token):
    """One agency's month over one connection: an index of its log is a place in time."""
    api = Api(port)
    return sum(api.post("/v1/events:batch", batch, token)["count"] for batch in batches)


def load_events(port, agencies, tokens, days):
    """Several agencies at a time; returns how many events."""
    bodies = rendered(agencies, days)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        # The longest month first: it decides when the last one is in.
        jobs = [pool.submit(send, port, bodies[name], tokens[name]["token"]) for name in sorted(bodies, key=lambda name: -len(bodies[name]))]
        sent = sum(job.result() for job in jobs)
    seconds = time.monotonic() - began
    print(f"demo: {sent} events in {seconds:.2f} s, {sent / seconds:.0f}/s", file=sys.stderr)
    return sent


def load_all(port, agencies, tokens, operator, said):
    api = Api(port)
    for name, agency in agencies.items():
        if name not in tokens:
            made = api.post("/v1/tenants", {"name": agency["display"], "language": agency["lang"], "time_zone": agency["tz"], "demo": True, "token_ttl_hours": 9600}, operator)
            tokens[name] = {"tenant": made["id"], "token": made["token"]}
        strict = load_roles(api, agency, tokens[name]["token"])
        load_people(api, name, agency, tokens[name]["token"])
        load_credentials(api, agency, tokens[name]["token"])
        tokens[name]["people"] = load_factors(api, name, agency, tokens[name]["token"], strict) if not said.without_factors else {}
        print(f"demo: {agency['display']}: {len(agency['staff'])} people, {len(agency['clients'])} clients", file=sys.stderr)
    load_events(port, agencies, tokens, said.days)


def save(path, operator, tokens):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"operator_token": operator, "tenants": tokens}, file, indent=1, ensure_ascii=False)
        file.write("\n")


def main():
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--data", type=pathlib.Path, required=True)
    ask.add_argument("--programs", type=pathlib.Path, required=True)
    ask.add_argument("--days", type=int, default=7, help="how many of the 28 days, counted from the end")
    ask.add_argument("--month", dest="days", action="store_const", const=MONTH_DAYS, help="all of them")
    ask.add_argument("--without-factors", action="store_true", help="nobody has an authenticator yet: the agencies are still being set up")
    ask.add_argument("--agency", action="append", help="this one alone; may be given several times")
    said = ask.parse_args()
    agencies = json.loads((HERE / "people.json").read_text())
    agencies = {name: agency for name, agency in agencies.items() if not said.agency or name in said.agency}
    first = next(iter(agencies))
    said.data.parent.mkdir(parents=True, exist_ok=True)
    operator, tokens = make_store(said.programs, said.data, first, agencies[first])
    port = free_port()
    server = subprocess.Popen([said.programs / "munimentd", "serve", "--data", said.data, "--listen", f"127.0.0.1:{port}", "--metrics-listen", "off", "--allow-unlocked"],
                              stdout=subprocess.PIPE, text=True)
    try:
        if "ready" not in server.stdout.readline():
            sys.exit("demo: the server did not start")
        load_all(port, agencies, tokens, operator, said)
    finally:
        server.terminate()
        server.wait()
    save(said.data.parent / "demo.json", operator, tokens)


main()
