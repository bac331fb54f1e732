# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/threats.md name tests that are there: an attack or a rule is not kept by a test that somebody renamed."""
import os
import pathlib
import re
import string
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES = ("tests/stories", "tests")  # of a story that is named with a slash


def page():
    """The page."""
    return (ROOT / "docs/threats.md").read_text(encoding="utf-8")


def rows(heading):
    """The cells of each row of the tables whose heads begin so."""
    tables = [part.split("\n\n", maxsplit=1)[0] for part in page().split(f"| {heading} |")[1:]]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for table in tables for line in table.splitlines()[2:]]


def written_tests():
    """Every (suite, name) of the tests in C."""
    return {found for path in (ROOT / "tests").rglob("test_*.c")
            for found in re.findall(r"^Test\((\w+),\s*(\w+)", path.read_text(encoding="utf-8"), flags=re.M)}


def named(cell):
    """What a cell names: stories, paths, and (suite, name) of tests; words in brackets are for the reader."""
    for part in re.sub(r" \([^)]*\)", "", cell).split("; "):
        suite, colon, names = part.partition(": ")
        for name in (names if colon else part).split(", "):
            yield (suite, name) if colon else name.strip("`")


class Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.written = written_tests()

    def is_there(self, name):
        """Whether what was named can be run."""
        if isinstance(name, tuple):
            return name in self.written
        if name.startswith("/"):
            return any(os.access(ROOT / place / name[1:] / "run", os.X_OK) for place in PLACES)
        return (ROOT / name).exists()

    def test_each_test_that_is_named_is_there(self):
        for heading in ("attack", "rule"):
            for what, _, cell in rows(heading):
                for name in named(cell):
                    with self.subTest(what):
                        self.assertTrue(self.is_there(name), name)

    def test_both_tables_of_attacks_are_read(self):
        named_ones = {name for _, _, cell in rows("attack") for name in named(cell)}
        self.assertLessEqual({"/attacks", "/threat_table", "/slips"}, named_ones)

    def test_a_test_that_is_not_there_is_noticed(self):
        for name in ("/no_such_story", ("verifications", "opens_for_everybody"), ("no_suite", "a_mailed_code_opens_once"), "tests/nothing"):
            self.assertFalse(self.is_there(name), name)

    def test_every_rule_from_a_to_u_has_one(self):
        found = rows("rule")
        self.assertEqual([row[0] for row in found], list(string.ascii_uppercase[:21]))
        for letter, holds, cell in found:
            self.assertTrue(holds and list(named(cell)), letter)


if __name__ == "__main__":
    unittest.main()
