# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/ say what the code says: tables that are made, the description of the API, records of the store."""
import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
sys.dont_write_bytecode = True
import make_openapi  # noqa: E402
import make_tables  # noqa: E402

METHODS = ("get", "put", "post", "patch", "delete")


def text_of(path):
    """A file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def names(path, row):
    """The outside names of a table, in its order."""
    return [values[1] for _, values in make_tables.rows(path, row)]


def routes():
    """Every row of routes.def as (METHOD, path, operation)."""
    return {(values[0], values[1], values[2].removeprefix("api_")) for _, values in make_tables.rows("server/api/routes.def", "ROUTE")}


class Tables(unittest.TestCase):
    def test_no_made_table_is_stale(self):
        for page in make_tables.PAGES:
            with self.subTest(page):
                self.assertEqual(make_tables.renewed(text_of(page)), text_of(page), "run docs/make_tables.py")

    def test_each_fact_table_stands_in_a_page(self):
        pages = "".join(text_of(page) for page in make_tables.PAGES)
        for path in make_tables.MAKERS:
            self.assertIn(f"<!-- table of {path}: ", pages)

    def test_each_mail_that_somebody_is_promised_is_sent_by_the_server(self):
        sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.c")}
        changes = "".join(text for text in sources.values() if "change_news_" in text)
        for _, (action, _, notice) in make_tables.rows("policies/told.def", "MAIL"):
            sent = f"ACTION_{action}" in changes if notice == "CHANGE" else any(f"NOTICE_{notice}" in text for text in sources.values())
            self.assertTrue(sent, f"{action}: {notice}")

    def test_what_a_digest_or_a_report_is_promised_to_tell_is_counted_by_it(self):
        counted = {"WEEKLY": text_of("server/core/overview/weekly.c"), "DIGEST": text_of("server/core/overview/digest_count.c")}
        for _, (action, _, place) in make_tables.rows("policies/told.def", "SEEN"):
            if place in counted:
                self.assertRegex(counted[place], rf"\bACTION_{action}\b")

    def test_a_changed_table_is_noticed(self):
        page = text_of("docs/api.md").replace("| 404 | `not_found` |", "| 404 | `not_there` |")
        self.assertNotEqual(make_tables.renewed(page), page)

    def test_rows_keep_strings_with_commas_and_brackets_whole(self):
        values = list(make_tables.arguments('POST, "/a (b, c)", S(X) | S(Y), 0, "say \\"x\\""'))
        self.assertEqual(values, ["POST", "/a (b, c)", "S(X) | S(Y)", "0", 'say "x"'])

    def test_every_row_of_each_table_is_read(self):
        counts = {"base/err.def": 50, "server/api/routes.def": 40, "server/env/settings.def": 30}
        for path, least in counts.items():
            found = list(make_tables.rows(path, "ERR_KIND", "ERR_CODE", "ROUTE", "SETTING", "OPTION"))
            lines = re.findall(r"^(?:ERR_KIND|ERR_CODE|ROUTE|SETTING|OPTION)\(", text_of(path), flags=re.M)
            self.assertEqual(len(found), len(lines))
            self.assertGreaterEqual(len(found), least)


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = json.loads(text_of("docs/openapi.json"))
        cls.schemas = cls.page["components"]["schemas"]

    def operations(self):
        """Every (METHOD, path, operation object)."""
        for path, item in self.page["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def test_json_is_what_the_yaml_says(self):
        self.assertEqual(make_openapi.converted(), text_of("docs/openapi.json"), "run docs/make_openapi.py")

    def test_every_route_is_described_and_nothing_else(self):
        self.assertEqual({(method, path, op["operationId"]) for method, path, op in self.operations()}, routes())

    def test_public_routes_and_no_others_need_no_token(self):
        public = {values[1] for _, values in make_tables.rows("server/api/routes.def", "ROUTE") if "ROUTE_PUBLIC" in values[5]}
        self.assertEqual({path for _, path, op in self.operations() if op.get("security") == []}, public)

    def test_bodies_stand_where_routes_take_them(self):
        takes = {(values[0], values[1]) for _, values in make_tables.rows("server/api/routes.def", "ROUTE") if values[6] != "0"}
        self.assertEqual({(method, path) for method, path, op in self.operations() if "requestBody" in op}, takes)

    def test_path_parameters_are_those_of_the_path(self):
        for method, path, op in self.operations():
            given = [self.resolved(one) for one in [*self.page["paths"][path].get("parameters", []), *op.get("parameters", [])]]
            self.assertEqual({one["name"] for one in given if one["in"] == "path"}, set(re.findall(r"\{(\w+)\}", path)), (method, path))

    def resolved(self, thing):
        """A thing, or what its $ref names."""
        if "$ref" not in thing:
            return thing
        found = self.page
        for key in thing["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return found

    def test_every_reference_leads_somewhere_and_nothing_is_left_over(self):
        used = set(re.findall(r'"\$ref": "#/components/(\w+/\w+)"', text_of("docs/openapi.json")))
        there = {f"{kind}/{name}" for kind, things in self.page["components"].items() for name in things if kind != "securitySchemes"}
        self.assertEqual(used, there)

    def test_no_member_lost_its_text_to_a_comma(self):
        def walk(thing, place):
            pairs = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
            for key, value in pairs:
                self.assertIsNotNone(value, f"{place}/{key}")
                self.assertNotIn(" ", str(key), place)
                walk(value, f"{place}/{key}")
        walk(self.page, "")

    def test_closed_lists_are_those_of_the_tables(self):
        codes = [values[3] if row == "ERR_KIND" else values[4] for row, values in make_tables.rows("base/err.def", "ERR_KIND", "ERR_CODE")]
        self.assertEqual(self.schemas["ProblemCode"]["enum"], codes)
        self.assertEqual(self.schemas["Scope"]["enum"], names("policies/scopes.def", "SCOPE"))
        self.assertEqual(self.schemas["Capability"]["enum"], names("policies/capabilities.def", "CAPABILITY"))
        self.assertEqual(self.schemas["Language"]["enum"], names("policies/languages.def", "LANGUAGE"))
        reasons = [values[2] for _, values in make_tables.rows("policies/reasons.def", "REASON")]
        self.assertEqual(self.schemas["Verification"]["properties"]["reason"]["enum"], reasons[:10])
        classes = re.findall(r'\[ACTION_CLASS_\w+\] = "(\w+)"', text_of("policies/actions.c"))
        self.assertEqual(self.schemas["EventClass"]["enum"], classes)


class Formats(unittest.TestCase):
    def test_every_table_of_the_store_stands_in_formats(self):
        page = text_of("docs/formats.md")
        for number, (_, (_, name, protection)) in enumerate(make_tables.rows("store/tables.def", "TABLE")):
            row = f"| {number} | `{name}` | {protection.lower()} |"
            self.assertTrue(row in page, row)

    def test_every_golden_file_is_named_in_formats(self):
        page = text_of("docs/formats.md")
        for path in sorted((ROOT / "tests/golden").glob("*.hex")):
            self.assertTrue(path.name in page, path.name)


if __name__ == "__main__":
    unittest.main()
