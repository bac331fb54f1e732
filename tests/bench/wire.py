# SPDX-License-Identifier: Apache-2.0
"""What goes over the wire: whole requests, and the events in them."""
import json
import random
import struct

ACTIONS = ("record.viewed", "record.contact_revealed", "record.edited", "record.deleted", "record.restored", "export.requested",
           "export.completed", "export.downloaded", "import.completed", "login.succeeded", "session.started", "session.ended")
ACTORS = 50
DETAILS = {  # what an action requires besides what every event here has
    "record.contact_revealed": {"field": "phone"}, "record.deleted": {"restorable_until": "2027-01-01T00:00:00Z"},
    "export.requested": {"dataset": "invoices", "filter_hash": "9b1c6d7e", "format": "csv"}, "export.completed": {"dataset": "invoices", "bytes": 48210, "format": "csv", "file_hash": "51f0c2aa"},
    "export.downloaded": {"export_event": "evt-77", "file_hash": "51f0c2aa"}, "import.completed": {"dataset": "invoices", "file_hash": "51f0c2aa"},
    "login.succeeded": {"method": "password", "factors": ["totp"], "risk": "low"}, "session.started": {"expires": "2027-01-01T00:00:00Z"}}
LONER = 0  # this actor never does the last of ACTIONS, so a page of both has no match


def request(method, path, token=None, body=None):
    """One whole request as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is None and method == "GET":
        return (head + "\r\n").encode()
    data = (body if isinstance(body, str) else json.dumps(body, separators=(",", ":")) if body is not None else "").encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


def write_requests(path, requests):
    """The file that load takes: length and bytes of each."""
    with open(path, "wb") as file:
        for one in requests:
            file.write(struct.pack("<I", len(one)) + one)
    return path


def actor_ref(number):
    """What our application calls its people."""
    return f"bench-{number:06}"


def device(number):
    """A device as an application sees it."""
    return {"id": f"laptop-{number:06}", "ip": f"203.0.113.{number % 250}",
            "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"}


def event(dice):
    """One event. In the mean their JSON has 405 bytes: the bar of bytes an event is for a payload of 400."""
    actor = dice.randrange(ACTORS)
    action = dice.choice(ACTIONS[:-1] if actor == LONER else ACTIONS)
    number = dice.randrange(1000000)
    made = {"action": action, "actor": {"person": actor_ref(actor)}, "device": device(actor),
            "object": {"type": "invoice", "id": f"invoice-{number}", "label": f"Invoice {number}"},
            "purpose": "monthly accounts", "session": f"{number:05x}", "count": number % 5000,
            "detail": {"format": "csv", **DETAILS.get(action, {})}}
    if action == "record.edited":
        made["changes"] = [{"field": "total", "before": number, "after": number + 1}]
    if action == "session.ended":
        made["reason"] = "logout"
    return made


def events(count, seed):
    """Texts of so many events, the same for the same seed."""
    dice = random.Random(seed)
    return [json.dumps(event(dice), separators=(",", ":")) for _ in range(count)]
