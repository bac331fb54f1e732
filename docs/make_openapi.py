#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/openapi.json from docs/openapi.yaml: what the server serves is built without a YAML parser.

Needs python3-yaml. Run it after every change of the page; a test compares both."""
import json
import pathlib

import yaml

DOCS = pathlib.Path(__file__).resolve().parent


def converted():
    """The page as JSON text."""
    with open(DOCS / "openapi.yaml", encoding="utf-8") as page:
        return json.dumps(yaml.safe_load(page), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (DOCS / "openapi.json").write_text(converted(), encoding="utf-8")
