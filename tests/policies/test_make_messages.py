# SPDX-License-Identifier: Apache-2.0
"""The build stops when the table of message texts is not whole."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "policies"))
sys.dont_write_bytecode = True
import make_messages  # noqa: E402


def refused(texts):
    """Whether check stops at this table of two languages."""
    try:
        make_messages.check(texts, ["en", "fi"])
    except make_messages.Refused:
        return True
    return False


class MakeMessages(unittest.TestCase):
    def test_a_whole_table_passes(self):
        self.assertFalse(refused({"en": {"a.b": "To {x}"}, "fi": {"a.b": "{x}:lle"}}))

    def test_a_language_without_a_key_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "x", "a.c": "y"}, "fi": {"a.b": "x"}}))

    def test_a_key_too_many_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "x"}, "fi": {"a.b": "x", "a.c": "y"}}))

    def test_a_missing_language_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "x"}}))

    def test_other_placeholders_stop_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "{x}"}, "fi": {"a.b": "{y}"}}))
        self.assertTrue(refused({"en": {"a.b": "{x}"}, "fi": {"a.b": "{x} {x}"}}))

    def test_a_line_break_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "x\ny"}, "fi": {"a.b": "x"}}))

    def test_a_stray_brace_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "{X"}, "fi": {"a.b": "x"}}))

    def test_text_outside_nfc_stops_the_build(self):
        self.assertTrue(refused({"en": {"a.b": "a\u0308"}, "fi": {"a.b": "x"}}))

    def test_a_key_twice_stops_the_build(self):
        with self.assertRaises(make_messages.Refused):
            make_messages.no_duplicates([("a", 1), ("a", 2)])

    def test_c_literals_are_escaped(self):
        self.assertEqual(make_messages.literal('a"b\\c'), '"a\\"b\\\\c"')


if __name__ == "__main__":
    unittest.main()
