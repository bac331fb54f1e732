# SPDX-License-Identifier: Apache-2.0
"""The planted incidents of the demo month, and what its log has of them: a story plays one as it is written, on a server that was made on that day."""
import gzip
import json
import pathlib
import zoneinfo
from datetime import datetime

import play

DEMO = pathlib.Path(__file__).resolve().parents[2] / "demo"


def incident(number):
    """What happened, and what the server should make of it."""
    return next(one for one in json.loads((DEMO / "incidents.json").read_text(encoding="utf-8")) if one["no"] == number)


def agency(name):
    """Its people and clients, by the end of their ids, and its time zone."""
    found = json.loads((DEMO / "people.json").read_text(encoding="utf-8"))[name]
    named = {one["id"].split(":")[1]: one["name"] for one in found["staff"] + found["clients"]}
    return {"display": found["display"], "zone": found["tz"], "language": found["lang"], "names": named}


def rows(agency_name, client, *prefixes):
    """What the month's log says of a client, of these actions, oldest first."""
    with gzip.open(DEMO / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [row for row in map(json.loads, lines) if row["tenant"] == agency_name and row.get("client") == f"{agency_name}:{client}"]
    return [row for row in found if row["action"].startswith(prefixes)]


def clock(folder, seconds):
    """The clock of a day that is over."""
    made = play.Clock(pathlib.Path(folder))
    made.move(seconds - made.now())
    return made


def local(seconds, zone):
    """Day and minute as the incidents write them: '14 Oct', '12:14'."""
    told = datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo(zone))
    return f"{told.day} {told:%b}", f"{told:%H:%M}"


def moment(event):
    """When an event was, in seconds since 1970."""
    return datetime.fromisoformat(event["time"]).timestamp()


def at(told, zone):
    """The seconds since 1970 of '14 Oct 2026 12:14' in a zone."""
    return datetime.strptime(told, "%d %b %Y %H:%M").replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
