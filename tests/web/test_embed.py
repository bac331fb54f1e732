# SPDX-License-Identifier: Apache-2.0
"""What web/embed.py makes of the files that Vite leaves: the program's rows name exactly these bytes, and nothing strange gets in."""
import gzip
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
EMBED = pathlib.Path(__file__).resolve().parents[2] / "web/embed.py"
FORM = re.compile(r'\{\{embedded_bytes \+ (\d+), (\d+)\}, "\\"([\w-]+)\\""\}|\{\{NULL, 0\}, NULL\}')
LONG = b"body { margin: 0 } " * 100


def embed(files):
    """Exit code and words of the program, and {path: (type, hashed, {coding: (bytes, tag)})}; files None: without a folder."""
    with tempfile.TemporaryDirectory() as temp:
        out, dist = pathlib.Path(temp, "out"), pathlib.Path(temp, "dist")
        out.mkdir()
        for name, data in (files or {}).items():
            path = dist / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        run = subprocess.run([sys.executable, EMBED, out, *([dist] if files is not None else [])], capture_output=True, text=True, check=False)
        if run.returncode:
            return run.returncode, run.stderr, {}
        blob, rows = (out / "embedded.bin").read_bytes(), {}
        for line in (out / "embedded_rows.inc").read_text().splitlines():
            path, content_type, hashed = re.match(r'\{"([^"]+)", "([^"]+)", (true|false), ', line).groups()
            forms = {coding: (blob[int(m[1]):int(m[1]) + int(m[2])], m[3])
                     for coding, m in zip(("br", "gzip", "identity"), FORM.finditer(line)) if m[1]}
            rows[path] = (content_type, hashed == "true", forms)
        return 0, (out / "embedded_bytes.S").read_text() + blob.hex(), rows


class Embed(unittest.TestCase):
    def test_a_row_holds_the_file_and_twins_that_unpack_to_it(self):
        _, _, rows = embed({"index.html": LONG, "assets/main-Abc_12-x.css": LONG})
        self.assertEqual(set(rows), {"/index.html", "/assets/main-Abc_12-x.css"})
        for content_type, _, forms in rows.values():
            self.assertIn("charset=utf-8", content_type)
            self.assertEqual(forms["identity"][0], LONG)
            self.assertEqual(gzip.decompress(forms["gzip"][0]), LONG)
            self.assertLess(len(forms["br"][0]), len(forms["gzip"][0]))
            self.assertEqual(len({tag for _, tag in forms.values()}), 3)

    def test_only_what_a_hash_names_may_be_kept_for_ever(self):
        _, _, rows = embed({"assets/main-Abc12345.js": LONG, "assets/main.js": LONG, "assets/a-b.js": LONG, "main-Abc12345.js": LONG})
        self.assertEqual([path for path, row in rows.items() if row[1]], ["/assets/main-Abc12345.js"])

    def test_what_compression_does_not_help_has_no_twin(self):
        noise = bytes(range(256))
        _, _, rows = embed({"assets/face-Abc12345.woff2": noise, "tiny.txt": b"a"})
        self.assertEqual([set(row[2]) for row in rows.values()], [{"identity"}, {"identity"}])

    def test_another_content_has_another_tag(self):
        tags = [embed({"index.html": LONG + tail})[2]["/index.html"][2]["identity"][1] for tail in (b"", b"x")]
        self.assertNotEqual(*tags)

    def test_the_same_files_give_the_same_bytes(self):
        made = [embed({"index.html": LONG, "favicon.svg": LONG})[2] for _ in range(2)]
        self.assertEqual(*made)

    def test_what_pages_are_not_made_of_stops_the_build(self):
        for name in ("assets/main.js.map", "secrets.env", ".htaccess", "assets/.hidden.js", 'a"b.js', "a b.js", "a,b.js", "main.ts"):
            code, said, _ = embed({name: LONG})
            self.assertEqual(code, 1, name)
            self.assertIn("no file that pages are made of", said)

    def test_without_a_folder_there_is_no_row(self):
        code, said, rows = embed(None)
        self.assertEqual((code, rows), (0, {}))
        self.assertIn("embedded_bytes", said)


if __name__ == "__main__":
    unittest.main()
