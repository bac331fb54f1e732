# SPDX-License-Identifier: Apache-2.0
"""What OCSF 1.8.0 asks of an event, as far as the classes go that we use: attributes that every event and each class requires, the
arithmetic of its numbers, the closed lists. Written from the schema (https://schema.ocsf.io/1.8.0); tests/vectors/ocsf_examples.json passes."""
VERSION = "1.8.0"
BASE = ("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid")
# Class -> its activities, what it requires, and of what at least one must be there.
CLASSES = {
    1008: ((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99), (), ("log_file", "log_name", "log_provider", "log_type", "log_type_id")),
    2004: ((0, 1, 2, 3, 99), ("finding_info",), ()),
    2006: ((0, 1, 2, 3, 4, 99), ("finding_info",), ()),
    3001: ((*range(13), 99), ("user",), ()),
    3002: ((*range(8), 99), ("user",), ("service", "dst_endpoint")),
    3005: ((0, 1, 2, 99), ("privileges", "user"), ()),
    6001: ((*range(9), 99), ("web_resources",), ()),
    6003: ((0, 1, 2, 3, 4, 99), ("actor", "api", "src_endpoint"), ()),
}
ENDPOINT = {"hostname", "instance_uid", "interface_name", "interface_uid", "ip", "name", "svc_name", "uid"}
ACTOR = {"app_name", "app_uid", "authorizations", "idp", "invoked_by", "process", "session", "user"}
USER = {"account", "name", "uid", "email_addr", "full_name"}
SEVERITIES, STATUSES = (0, 1, 2, 3, 4, 5, 6, 99), (0, 1, 2, 99)


def missing(where, value, names):
    return [f"{where} lacks {name}" for name in names if name not in value]


def objects(event):
    """Faults of the objects inside."""
    found = missing("metadata", event["metadata"], ("product", "version"))
    if event["metadata"].get("version") != VERSION:
        found.append("metadata.version")
    found += missing("metadata.product", event["metadata"].get("product", {}), ("name",))
    for name, least in (("src_endpoint", ENDPOINT), ("actor", ACTOR), ("user", USER)):
        if name in event and not least & event[name].keys():
            found.append(f"{name} has none of {sorted(least)}")
    if "user" in event.get("actor", {}) and not USER & event["actor"]["user"].keys():
        found.append("actor.user names nobody")
    if "api" in event:
        found += missing("api", event["api"], ("operation",))
    if "finding_info" in event:
        found += missing("finding_info", event["finding_info"], ("uid", "title"))
    for one in event.get("enrichments", ()):
        found += missing("enrichment", one, ("data", "name", "value"))
    if "raw_data_hash" in event:
        found += missing("raw_data_hash", event["raw_data_hash"], ("algorithm_id", "value"))
    return found


def faults(event):
    """What an event has that 1.8.0 does not allow, or lacks; one line each."""
    found = missing("event", event, BASE)
    if found or event["class_uid"] not in CLASSES:
        return found or [f"class {event['class_uid']}"]
    activities, required, one_of = CLASSES[event["class_uid"]]
    found = missing(f"class {event['class_uid']}", event, required) + objects(event)
    if one_of and not any(name in event for name in one_of):
        found.append(f"class {event['class_uid']} has none of {one_of}")
    if event["activity_id"] not in activities:
        found.append(f"activity {event['activity_id']} of class {event['class_uid']}")
    if event["activity_id"] == 99 and not event.get("activity_name"):
        found.append("another activity has no name")
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"] or event["category_uid"] != event["class_uid"] // 1000:
        found.append(f"type_uid {event['type_uid']}, category_uid {event['category_uid']}")
    if event["severity_id"] not in SEVERITIES or event.get("status_id", 0) not in STATUSES:
        found.append("severity_id or status_id")
    if not isinstance(event["time"], int) or event["time"] < 10 ** 12:
        found.append("time is not in milliseconds")
    return found
