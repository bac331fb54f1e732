# SPDX-License-Identifier: Apache-2.0
"""Holds the server's own events to what is asked of an application's: they are posted anew, as history is, and the server says
what is missing. So the rule is the server's, and stands in one place."""

OWN = ("action", "object", "count", "outcome", "reason", "purpose", "task", "session", "changes", "detail", "grant")
DEVICE = ("ip", "user_agent", "name", "platform", "model")


def is_count(event):
    """A count on an event that stands already, or one whose words were erased, says nothing of its own."""
    return "detail" not in event and ("count" in event or "erased" in event)


def as_posted(event):
    """An event as it was read, the way an application would report it; of the server's grants nobody else can speak."""
    said = {name: event[name] for name in OWN if name in event}
    if "client" in event:
        said["client"] = event["client"]["id"]
    if "device" in event:
        said["device"] = {"user_agent": "-"} | {name: event["device"][name] for name in DEVICE if name in event["device"]}
    return {**said, "actor": "system"}


def lacking(server, events):
    """action -> (problems, event) of the server's own events that lack what their action requires."""
    found = {}
    for event in events:
        if event["source"] != "server" or is_count(event):
            continue
        answer = server.call("POST", "/v1/events", as_posted(event))
        problems = [row for row in (answer.json.get("errors") or [{"code": answer.code}]) if row.get("pointer") != "/grant"]
        if answer.status != 201 and problems:
            found.setdefault(event["action"], (problems, event))
    return found
