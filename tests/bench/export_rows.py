#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many rows a second leave the log, by format: export_rows.py PROGRAMS [EVENTS]. One JSON line a format, as ./dev bench prints them:
rows/s, MB/s, and how much the server's memory grew over what one small export left."""
import http.client
import json
import os
import pathlib
import re
import sys
import time

os.environ["MUNIMENT_PROGRAMS"] = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "stories"))
import play  # noqa: E402

EVENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 100000
BATCH = 1000
EVENT = {"action": "record.viewed", "device": play.LAPTOP, "client": "paivi", "object": {"type": "record", "id": "r1", "label": "Card"}, "purpose": "work",
         "detail": {"dataset": "clients", "record_id": "r1", "fields": ["name"], "section": "card"}}
FORMS = ({"format": "csv"}, {"format": "jsonl"}, {"format": "ocsf"}, {"format": "cef"}, {"format": "evidence"}, {"format": "evidence", "complete": True})


def resident(server):
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{server.process.pid}/status").read_text())[1]) * 1024


def export(server, ask):
    """Bytes, seconds, the server's greatest memory, rows."""
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    began, size, most = time.monotonic(), 0, 0
    wire.request("POST", "/v1/exports", json.dumps({**ask, "purpose": "bench"}), {"Authorization": f"Bearer {server.token}"})
    reply = wire.getresponse()
    while piece := reply.read(1 << 20):
        size += len(piece)
        most = max(most, resident(server))
    wire.close()
    return size, time.monotonic() - began, most, server.get("/v1/exports/" + reply.getheader("Export-Id"))["rows"]


def main():
    with play.Server() as server:
        server.start()
        person = server.post("/v1/people", {"name": "Anna", "kind": "staff", "roles": ["assistant"]})["id"]
        server.post("/v1/clients", {"ref": "paivi", "name": "Päivi"})
        lines = "\n".join([json.dumps({**EVENT, "actor": {"person": person}})] * BATCH).encode()
        for _ in range(EVENTS // BATCH):
            server.call("POST", "/v1/events:batch", lines)
        export(server, {"format": "jsonl"})
        before = resident(server)
        for ask in FORMS:
            size, seconds, most, rows = export(server, ask)
            print(json.dumps({"row": "export", **ask, "rows": rows, "rows_per_s": round(rows / seconds), "mb_per_s": round(size / seconds / 1e6, 1),
                              "memory_grew_mib": round((most - before) / 2 ** 20, 1)}), flush=True)


if __name__ == "__main__":
    main()
