# SPDX-License-Identifier: Apache-2.0
"""The manual pages and the completion of bash say what the tables of commands, settings and exit codes say."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
sys.dont_write_bytecode = True
import make_man  # noqa: E402


def completed(program, *words):
    """What bash offers for the last word."""
    script = f'source "{ROOT}/packaging/completion/{program}"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{program}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    ran = subprocess.run(["bash", "-euc", script, "bash", program, *words], capture_output=True, text=True, check=True)
    return ran.stdout.split()


def typed(program, line, expected):
    """What stands on the line of a bash on a terminal after Tab; until it is what is expected, or nothing comes for ten seconds."""
    bash, terminal = pty.fork()
    if bash == 0:
        os.environ.update(PS1="", TERM="dumb", INPUTRC="/dev/null")
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    os.write(terminal, f'source "{ROOT}/packaging/completion/{program}"\n{line}\t'.encode())
    shown = ""
    while expected not in shown and select.select([terminal], [], [], 10)[0]:
        shown += os.read(terminal, 4096).decode(errors="replace")
    os.kill(bash, signal.SIGKILL)
    os.waitpid(bash, 0)
    os.close(terminal)
    return shown


class Pages(unittest.TestCase):
    def test_nothing_made_is_stale(self):
        for name, text in make_man.renewed():
            with self.subTest(name):
                self.assertEqual((ROOT / name).read_text(encoding="utf-8"), text, "run docs/make_man.py")

    def test_scdoc_takes_each_page(self):
        for name in make_man.PAGES:
            with self.subTest(name), open(ROOT / name, "rb") as page:
                made = subprocess.run(["scdoc"], stdin=page, capture_output=True, check=False)
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertIn(b".TH", made.stdout)

    def test_each_made_section_stands_in_a_page(self):
        pages = "".join((ROOT / name).read_text(encoding="utf-8") for name in make_man.PAGES)
        for what in make_man.MAKERS:
            self.assertIn(f"; {what}: made by docs/make_man.py\n", pages)

    def test_each_command_and_option_stands_in_the_page_of_muniment(self):
        page = (ROOT / make_man.PAGES[0]).read_text(encoding="utf-8")
        for words, *_ in make_man.commands():
            self.assertRegex(page, rf"(?m)^\*{words}\*")
        for text, *_ in make_man.options().values():
            self.assertRegex(page, rf"(?m)^\*{re.escape(text)}\*")

    def test_each_setting_and_flag_stands_in_the_page_of_munimentd(self):
        page = (ROOT / make_man.PAGES[1]).read_text(encoding="utf-8")
        self.assertGreater(len(list(make_man.settings())), 30)
        for flag, key, *_ in make_man.settings():
            self.assertIn(f"\n*{make_man.plain(key) if key else flag}*", page)
        for name, _ in make_man.daemon_commands():
            self.assertIn(f"*{name}*", page)

    def test_what_is_a_mark_of_scdoc_is_written_as_text(self):
        self.assertEqual(make_man.plain("a_b *c* [d]"), "a\\_b \\*c\\* \\[d\\]")


class Completion(unittest.TestCase):
    def test_every_command_is_completed(self):
        self.assertEqual(set(completed("muniment", "")), {words.split()[0] for words, *_ in make_man.commands()} | {"help", "--help", "--version"})
        self.assertEqual(completed("muniment", "ver"), ["verify"])
        seconds = {words.split()[1] for words, *_ in make_man.commands() if words.startswith("log ")}
        self.assertEqual({word for word in completed("muniment", "log", "") if not word.startswith("-")}, seconds)

    def test_every_flag_of_a_command_and_no_other_is_completed(self):
        options = make_man.options()
        for words, _, takes, *_ in make_man.commands():
            with self.subTest(words):
                self.assertEqual(set(completed("muniment", *words.split(), "-")), {options[name][0] for name in takes} | {"--help"})

    def test_closed_lists_are_completed(self):
        self.assertEqual(completed("muniment", "log", "--order", ""), ["desc", "asc"])
        self.assertEqual(completed("muniment", "log", "list", "--order", "=", "d"), ["desc"])
        self.assertEqual(completed("muniment", "log", "--class", "pay"), ["payment"])

        self.assertEqual(completed("munimentd", "serve", "--forwarded-header", "x"), ["x-forwarded-for"])
        self.assertEqual(completed("munimentd", "keys", "--add", "key"), ["key-file"])

    def test_what_reads_a_file_is_offered_files_before_anything_is_typed(self):
        with tempfile.TemporaryDirectory() as home:
            pathlib.Path(home, "month.evidence").touch()
            for line in ("muniment verify", "muniment receipt", "muniment import credentials"):
                with self.subTest(line):
                    self.assertIn("month.evidence", typed("muniment", f"cd {home}\n{line} ", "month.evidence"))

    def test_a_path_goes_on_behind_a_directory_and_keeps_its_blanks(self):
        with tempfile.TemporaryDirectory() as home:
            pathlib.Path(home, "my store").mkdir()
            for program, line in (("munimentd", "munimentd serve --data"), ("muniment", "muniment log export -o"), ("muniment", "muniment verify")):
                with self.subTest(line):
                    self.assertIn("my\\ store/", typed(program, f"{line} {home}/my", "my\\ store/"))

    def test_a_value_of_its_own_is_left_to_the_user(self):
        self.assertEqual(completed("muniment", "log", "--actor", ""), [])
        self.assertEqual(completed("muniment", "nonsense", ""), [])

    def test_every_flag_of_the_daemon_and_no_other_is_completed(self):
        for name in ("init", "serve", "verify", "reindex", "config"):
            with self.subTest(name):
                flags = {flag for flag, _, _, _, _, places, _ in make_man.settings() if name in places}
                self.assertEqual(set(completed("munimentd", name, "--")), flags | {"--config"})
        self.assertEqual(set(completed("munimentd", "")), {name for name, _ in make_man.daemon_commands()})
        self.assertEqual(completed("munimentd", "serve", "--mail-kind", "ma"), ["maildir"])


if __name__ == "__main__":
    unittest.main()
