#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/openapi.json from docs/openapi.yaml: what the server serves is built without a YAML parser. Each operation gets
the action that it logs, x-action, from server/api/routes.def.

Needs python3-yaml. Run it after every change of the page; a test compares both."""
import json
import pathlib

import yaml

import make_tables

DOCS = pathlib.Path(__file__).resolve().parent


def converted():
    """The page as JSON text."""
    with open(DOCS / "openapi.yaml", encoding="utf-8") as page:
        described = yaml.safe_load(page)
    for (method, path), action in make_tables.actions_of_routes().items():
        described["paths"][path][method]["x-action"] = action
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (DOCS / "openapi.json").write_text(converted(), encoding="utf-8")
