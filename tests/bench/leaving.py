# SPDX-License-Identifier: Apache-2.0
"""How many rows a second leave the log, by format, and what that costs the server in memory."""
import http.client
import json
import time

FORMS = ({"format": "csv"}, {"format": "jsonl"}, {"format": "ocsf"}, {"format": "cef"}, {"format": "evidence"}, {"format": "evidence", "complete": True})
PIECE = 1 << 20


def export(service, token, form):
    """One whole export: its bytes, its rows as the server counted them, and the server's greatest private memory meanwhile, in MiB."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=600)
    connection.request("POST", "/v1/exports", json.dumps({**form, "purpose": "bench"}), {"Authorization": f"Bearer {token}"})
    reply = connection.getresponse()
    number, size, most = reply.getheader("Export-Id"), 0, 0
    while piece := reply.read(PIECE):
        size += len(piece)
        most = max(most, service.rss_anon_mib())
    connection.request("GET", f"/v1/exports/{number}", headers={"Authorization": f"Bearer {token}"})
    rows = json.loads(connection.getresponse().read())["rows"]
    connection.close()
    return size, rows, most


def measure(service, tokens):
    """For each form its name, rows/s, MB/s and MiB of private memory, over one export for each token after the other."""
    export(service, tokens[0], FORMS[0])
    before = service.rss_anon_mib()
    for form in FORMS:
        began = time.monotonic()
        seen = [export(service, token, form) for token in tokens]
        seconds = time.monotonic() - began
        name = form["format"] + (", complete" if form.get("complete") else "")
        yield name, {"value": round(sum(rows for _, rows, _ in seen) / seconds), "mb_per_s": round(sum(size for size, _, _ in seen) / seconds / 1e6, 1),
                     "memory_grew_mib": round(max(most for _, _, most in seen) - before, 1)}
