# SPDX-License-Identifier: Apache-2.0
"""The server answers at every path that the application draws: a link that was sent, or a page that is loaded anew, is none that is not found."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def areas():
    """The first segments that pages.def has."""
    return set(re.findall(r'^AREA\("([\w-]+)"\)', (ROOT / "server/api/pages.def").read_text(encoding="utf-8"), flags=re.M))


def drawn():
    """The first segments of what the application draws."""
    patterns = re.findall(r"\bpattern: '/([^'/]+)", (ROOT / "web/src/routes.tsx").read_text(encoding="utf-8"))
    return set(patterns)


class Paths(unittest.TestCase):
    def test_every_page_of_the_application_is_a_path_of_the_server(self):
        self.assertGreater(len(drawn()), 8)
        self.assertEqual(drawn() - areas(), set())

    def test_no_area_is_a_path_of_the_api(self):
        routes = (ROOT / "server/api/routes.def").read_text(encoding="utf-8")
        taken = set(re.findall(r'^ROUTE\(\w+, "/([\w.-]+)', routes, flags=re.M))
        self.assertIn("v1", taken)
        self.assertEqual(areas() & taken, set())


if __name__ == "__main__":
    unittest.main()
