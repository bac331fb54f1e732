# SPDX-License-Identifier: Apache-2.0
"""Each rule of the lint stops the build when it is broken, and lets pass what is allowed."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
LINT = pathlib.Path(__file__).resolve().parent / "lint.py"
HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n/* thing - a file of the lint's own tests. */\n"


def lint(files):
    """Exit code and output of the lint over a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, str(LINT), root], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout


class Lint(unittest.TestCase):
    def refuses(self, name, body, why):
        """A file with this body fails the build, for this reason."""
        code, said = lint({name: HEAD + body})
        self.assertEqual(code, 1, said)
        self.assertIn(why, said)
        self.assertIn(name, said)

    def allows(self, name, body, **others):
        """A file with this body passes."""
        code, said = lint({name: HEAD + body, **others})
        self.assertEqual((code, said), (0, "clean\n"))

    def test_an_empty_tree_is_clean(self):
        self.assertEqual(lint({}), (0, "clean\n"))


class Direction(Lint):
    def test_base_knows_nobody(self):
        self.refuses("base/x.c", '#include "crypto/seal.h"\n', "base may not include crypto")

    def test_crypto_and_policies_do_not_know_each_other(self):
        self.refuses("crypto/x.c", '#include "policies/roles.h"\n', "crypto may not include policies")
        self.refuses("policies/x.c", '#include "crypto/seal.h"\n', "policies may not include crypto")

    def test_the_store_does_not_know_the_server(self):
        self.refuses("store/x.c", '#include "server/env/conf.h"\n', "store may not include server")

    def test_the_command_line_knows_neither_store_nor_server(self):
        self.refuses("cli/x.c", '#include "store/kv.h"\n', "cli may not include store")
        self.refuses("cli/x.c", '#include "server/http/http.h"\n', "cli may not include server")

    def test_nobody_includes_a_test(self):
        self.refuses("base/x.c", '#include "tests/support/fake_clock.h"\n', "base may not include tests")

    def test_inside_the_server_the_arrows_hold(self):
        for mine, theirs in (("env", "core"), ("keeper", "core"), ("core", "api"), ("core", "http"), ("http", "core"),
                             ("http", "api"), ("deliver", "core"), ("core", "deliver"), ("api", "deliver")):
            self.refuses(f"server/{mine}/x.c", f'#include "server/{theirs}/y.h"\n', f"server/{mine} may not include server/{theirs}")

    def test_between_rooms_the_arrows_hold(self):
        for home, mine, theirs in (("store", "", "nouns"), ("store", "nouns", "index"), ("server/core", "", "login"), ("server/core", "login", "people"),
                                   ("server/core", "people", "log"), ("server/core", "vault", "grants"), ("server/core", "log", "keeping"),
                                   ("server/api", "vault", "grants")):
            self.refuses(f"{home}/{mine}/x.c".replace("//", "/"), f'#include "{home}/{theirs}/y.h"\n', f"{home}/{mine} may not include {home}/{theirs}")
        self.allows("server/core/grants/x.c", '#include "server/core/scene.h"\n#include "server/core/vault/y.h"\n#include "store/index/z.h"\n')
        self.allows("server/api/x.c", '#include "server/core/grants/y.h"\n')

    def test_main_and_jobs_stand_above_all(self):
        self.allows("server/main.c", '#include "server/api/y.h"\n#include "server/deliver/z.h"\n')

    def test_nobody_includes_main_and_jobs(self):
        self.refuses("server/api/x.c", '#include "server/jobs.h"\n', "server/api may not include server/")

    def test_the_allowed_directions_pass(self):
        self.allows("server/api/x.c", '#include "base/err.h"\n#include "server/core/y.h"\n#include "server/http/http.h"\n')
        self.allows("store/x.c", '#include "base/err.h"\n#include "crypto/seal.h"\n#include "policies/roles.h"\n')

    def test_includes_start_at_the_root(self):
        self.refuses("base/x.c", '#include "err.h"\n', "start at the root")

    def test_code_outside_the_house_is_refused(self):
        self.refuses("lib/x.c", "", "no folder of the house")
        self.refuses("server/stuff/x.c", "", "no folder of the house")
        self.refuses("server/core/stuff/x.c", "", "no room of the house")
        self.refuses("store/nouns/deep/x.c", "", "no room of the house")


class Rings(Lint):
    ONE = '#include "server/core/a.h"\n\n#include "server/core/b.h"\n\nint a_do(void)\n{\n\treturn b_do();\n}\n'
    OTHER = '#include "server/core/b.h"\n\n#include "server/core/c.h"\n\nint b_do(void)\n{\n\treturn c_do();\n}\n'
    HEADERS = {f"server/core/{x}.h": HEAD + f"#pragma once\n\nint {x}_do(void);\n" for x in "abc"} | {"server/main.c": HEAD + "int main(void)\n{\n\treturn a_do();\n}\n"}

    def tree(self, last):
        bodies = {"server/core/a.c": self.ONE, "server/core/b.c": self.OTHER, "server/core/c.c": '#include "server/core/c.h"\n' + last}
        return lint({name: HEAD + body for name, body in bodies.items()} | self.HEADERS)

    def test_modules_do_not_need_each_other_in_a_ring(self):
        code, said = self.tree("\nint c_do(void)\n{\n\treturn a_do();\n}\n")
        self.assertEqual(code, 1, said)
        self.assertIn("server/core/a.c -> server/core/b.c -> server/core/c.c -> server/core/a.c: they need each other", said)

    def test_a_function_pointer_is_a_need_and_so_is_what_a_table_names(self):
        self.assertEqual(self.tree("\nint c_do(void)\n{\n\tint (*f)(void) = a_do;\n\treturn f();\n}\n")[0], 1)
        files = {"server/core/b.c": HEAD + self.OTHER.replace("c_do()", "0"), "server/core/a.c": HEAD + self.ONE,
                 "server/core/c.c": HEAD + '#include "server/core/c.h"\n\nint c_do(void)\n{\n\treturn 0;\n}\n',
                 "server/core/b.def": "ROW(a_do)\n"} | self.HEADERS
        files["server/main.c"] = HEAD + "int main(void)\n{\n\treturn a_do() + c_do();\n}\n"
        self.assertEqual(lint(files), (0, "clean\n"))
        files["server/core/b.c"] = files["server/core/b.c"].replace("int b_do", '#include "server/core/b.def"\n\nint b_do')
        self.assertIn("they need each other", lint(files)[1])

    def test_a_line_of_modules_is_no_ring_nor_is_a_member_or_a_type_of_the_same_name(self):
        self.assertEqual(self.tree("\nint c_do(void)\n{\n\treturn 0;\n}\n"), (0, "clean\n"))
        self.assertEqual(self.tree("\nint c_do(void)\n{\n\tstruct a_do x = {0};\n\treturn x.a_do + x.b_do;\n}\n"), (0, "clean\n"))


class Doors(Lint):
    def test_each_library_has_one_door(self):
        for name, header in (("store/x.c", "sodium.h"), ("server/http/x.c", "microhttpd.h"), ("store/index/index.c", "lmdb.h"),
                             ("crypto/totp.c", "liboath/oath.h"), ("server/deliver/x.c", "curl/curl.h"), ("server/env/x.c", "yaml.h"),
                             ("base/json_text.c", "jansson.h"), ("crypto/note.c", "nettle/sha2.h"), ("server/api/x.c", "qrencode.h"), ("base/span.c", "uninorm.h"),
                             ("server/api/x.c", "pcre2.h"),
                             ("server/core/agent.c", "maxminddb.h")):
            self.refuses(name, f"#include <{header}>\n", "belongs elsewhere")

    def test_the_doors_themselves_are_open(self):
        for name, header in (("crypto/x.c", "sodium.h"), ("server/http/http.c", "microhttpd.h"), ("store/kv_lmdb.c", "lmdb.h"),
                             ("tests/crypto/test_hotp.c", "liboath/oath.h"), ("server/deliver/smtp.c", "curl/curl.h"), ("base/yaml.c", "yaml.h"),
                             ("cli/http.c", "curl/curl.h"), ("tests/base/test_json_text.c", "jansson.h"), ("crypto/hash.c", "nettle/sha2.h"), ("server/api/qr.c", "qrencode.h"),
                             ("base/text.c", "uninorm.h"), ("server/core/agent.c", "pcre2.h"), ("server/core/places.c", "maxminddb.h")):
            self.allows(name, f"#include <{header}>\n")

    def test_a_library_without_a_door_is_refused(self):
        self.refuses("base/x.c", "#include <openssl/evp.h>\n", "has no door")

    def test_headers_of_c_and_posix_are_free(self):
        self.allows("base/x.c", "#include <assert.h>\n#include <sys/stat.h>\n#include <unistd.h>\n")

    def test_what_destroys_needs_a_clearance(self):
        self.refuses("server/core/x.c", "static void f(void)\n{\n\tkeyring_destroy(k, n, 1);\n}\n", "for a clearance")
        self.refuses("server/core/x.c", "static void f(void)\n{\n\tkeeper_drop_subject(k, t, s);\n}\n", "for a clearance")
        self.refuses("server/core/x.c", "struct hold_clearance {\n\tint x;\n};\n", "makes a clearance")
        self.allows("server/keeper/keytree.c", "static void f(void)\n{\n\tkeyring_destroy(k, n, 1);\n}\n")
        self.allows("store/nouns/hold.c", "struct hold_clearance {\n\tint x;\n};\n")
        for header, function in (("store/nouns/erasure.h", "erasure_hide"), ("store/nouns/erasure.h", "erasure_close"),
                                 ("store/nouns/retention.h", "pruned_drop_leaf"), ("server/keeper/keeper.h", "keeper_destroy")):
            text = (pathlib.Path(__file__).resolve().parents[2] / header).read_text()
            prototype = text[text.index(f"fallible {function}("):].split(";")[0]
            self.assertIn("const struct hold_clearance *", prototype, function)

    def test_the_clock_has_one_door(self):
        self.refuses("store/x.c", "static long f(void)\n{\n\treturn time(NULL);\n}\n", "the clock")
        self.allows("base/clock.c", "static long f(void)\n{\n\treturn time(NULL);\n}\n")

    def test_a_member_or_text_or_comment_of_that_name_is_no_call(self):
        self.allows("store/x.c", 'static void f(struct s *s)\n{\n\ts->time(1); /* time() */\n\tg("goto time(0)");\n}\n')

    def test_environment_and_arguments_belong_to_conf_and_mains(self):
        self.refuses("server/core/x.c", 'static void f(void)\n{\n\tg(getenv("HOME"));\n}\n', "environment")
        self.refuses("cli/x.c", "int f(int argc, char **argv);\n", "environment")
        self.allows("server/env/conf.c", 'static void f(void)\n{\n\tg(getenv("HOME"));\n}\n')
        self.allows("cli/main.c", "int f(int argc, char **argv);\n")

    def test_output_belongs_to_log_and_print(self):
        self.refuses("store/x.c", 'static void f(void)\n{\n\tprintf("x");\n}\n', "output")
        self.refuses("server/main.c", 'static void f(void)\n{\n\tg(stderr);\n}\n', "output")
        self.allows("server/env/journal.c", 'static void f(void)\n{\n\tfprintf(stderr, "x");\n}\n')
        user = {"base/y.c": HEAD + '#include "base/x.h"\n\nstatic void f(void)\n{\n\tx_f("");\n}\n'}
        self.allows("base/x.h", "#pragma once\nvoid x_f(const char *f, ...) __attribute__((format(printf, 1, 2)));\n", **user)

    def test_secrets_are_looked_into_in_few_places(self):
        self.refuses("server/http/x.c", "static void f(void)\n{\n\tg(secret_span(s));\n}\n", "secret")

    def test_banned_calls_stop_the_build(self):
        for call in ("strcpy(a, b)", "sprintf(a, b)", "strtok(a, b)", "localtime(a)", "system(a)", "alloca(a)"):
            self.refuses("base/x.c", f"static void f(void)\n{{\n\t{call};\n}}\n", "banned")
        self.refuses("base/x.c", "static void f(void)\n{\n\tgoto end;\n}\n", "goto")

    def test_calls_that_only_tests_may_make(self):
        for call in ("atoi(a)", "sscanf(a, b)", "signal(a, b)", "pipe(a)", "rand()"):
            self.refuses("base/x.c", f"static void f(void)\n{{\n\t{call};\n}}\n", "tests only")
            self.allows("tests/base/test_x.c", f"static void f(void)\n{{\n\t{call};\n}}\n")

    def test_the_heap_is_for_base_and_for_open_and_close(self):
        self.refuses("store/x.c", "static void f(void)\n{\n\tfree(a);\n}\n", "the heap")
        self.refuses("server/core/x.c", "static void f(void)\n{\n\ta = calloc(1, 1);\n}\n", "the heap")
        self.allows("store/x.c", "void x_close(struct x *x)\n{\n\tfree(x);\n}\n")
        self.allows("base/x.c", "static void f(void)\n{\n\tfree(a);\n}\n")

    def test_descriptors_close_themselves(self):
        self.refuses("store/x.c", "static void f(void)\n{\n\topen(a, O_RDONLY);\n}\n", "CLOEXEC")
        self.allows("store/x.c", "static void f(void)\n{\n\topen(a,\n\t\tO_RDONLY | O_CLOEXEC);\n}\n")


class Form(Lint):
    def function(self, lines):
        """A function whose braces are that many lines apart, counting both."""
        return "static void f(void)\n{\n" + "\tg();\n" * (lines - 2) + "}\n"

    def test_a_function_of_71_lines_is_too_long(self):
        self.refuses("base/x.c", self.function(71), "f has 71 lines")
        self.refuses("tests/base/test_x.c", self.function(71), "f has 71 lines")
        self.allows("base/x.c", self.function(70))

    def test_a_file_of_601_lines_is_too_long(self):
        self.refuses("base/x.c", "\n" * 599, "601 lines")
        self.allows("base/x.c", "\n" * 598)

    def test_nesting_stops_at_three(self):
        three = "\tif (a)\n\t\tfor (;;)\n\t\t\tif (b) {\n\t\t\t\tg();\n\t\t\t}\n"
        four = "\tif (a)\n\t\tfor (;;)\n\t\t\tif (b)\n\t\t\t\twhile (c)\n\t\t\t\t\tg();\n"
        self.allows("base/x.c", "static void f(void)\n{\n" + three + "}\n")
        self.refuses("base/x.c", "static void f(void)\n{\n" + four + "}\n", "nested 4 deep")

    def test_the_licence_stands_first(self):
        code, said = lint({"base/x.c": "/* x - a file without a licence. */\n"})
        self.assertEqual(code, 1)
        self.assertIn("names the licence", said)

    def test_a_sentence_stands_second(self):
        code, said = lint({"base/x.c": HEAD.split("\n", maxsplit=1)[0] + "\n#include <assert.h>\n"})
        self.assertEqual(code, 1)
        self.assertIn("what this file is for", said)

    def test_a_header_says_pragma_once(self):
        self.refuses("base/x.h", "int x_f(void);\n", "#pragma once")

    def test_a_file_includes_its_own_header_first(self):
        header = {"base/x.h": HEAD + "#pragma once\n"}
        wrong = lint({"base/x.c": HEAD + '#include "base/err.h"\n#include "base/x.h"\n', **header})
        self.assertEqual(wrong[0], 1)
        self.assertIn("included first", wrong[1])
        self.allows("base/x.c", '#include "base/x.h"\n\n#include "base/err.h"\n', **header)

    def test_includes_are_in_order(self):
        self.refuses("base/x.c", '#include <assert.h>\n\n#include "base/err.h"\n', "our headers come before")
        self.refuses("base/x.c", "#include <string.h>\n#include <assert.h>\n", "alphabetical")

    def test_mutable_variables_of_a_file_are_refused(self):
        for line in ("static int count;", "static int count = 1;", "static const char *name;", "int count[3];",
                     "static struct thing *thing;", "static struct thing thing = {0};", "static _Thread_local int count;"):
            self.refuses("base/x.c", line + "\n", "mutable")
        self.refuses("base/x.c", "static int f(void)\n{\n\tstatic int count;\n\treturn count++;\n}\n", "mutable")
        self.refuses("base/x.c", "static struct {\n\tint a;\n} PAIR = {1};\n", "mutable")

    def test_constants_types_and_prototypes_are_no_variables(self):
        self.allows("base/x.c", "static const int COUNT = 1;\nstatic const char *const NAMES[] = {\n\t0,\n};\nstruct thing;\n"
                    "static const struct {\n\tint a;\n} PAIR = {1};\nenum { A = 1 };\nstruct point {\n\tint x;\n};\n"
                    "typedef int (*point_fn)(void);\nstatic int f(void)\n{\n\tint count = 1;\n\treturn count;\n}\n")

    def test_the_stop_flag_of_the_server_is_the_exception(self):
        self.allows("server/main.c", "static volatile _Atomic int stop;\n")

    def test_names_that_say_nothing_are_refused(self):
        for name in ("base/util.c", "store/kv_helpers.c", "tests/support/common.c", "server/core/misc.c"):
            self.refuses(name, "", "no place")

    def test_a_stem_stands_once_in_the_tree(self):
        code, said = lint({"base/x.c": HEAD, "store/x.c": HEAD})
        self.assertEqual(code, 1)
        self.assertIn("the stem x", said)
        self.assertEqual(lint({"cli/x.c": HEAD, "server/http/x.c": HEAD})[0], 0)

    def test_exported_names_bear_the_name_of_their_file(self):
        header = {"base/thing.h": HEAD + "#pragma once\nstruct part {\n\tint a;\n};\n"}
        wrong = lint({"base/thing.c": HEAD + '#include "base/thing.h"\n\nvoid other(void)\n{\n}\n', **header})
        self.assertEqual(wrong[0], 1)
        self.assertIn("start with thing_", wrong[1])
        self.allows("base/thing.c", '#include "base/thing.h"\n\nvoid thing_a(void)\n{\n}\n\nvoid part_done(void)\n{\n}\n', **header)

    def test_what_nobody_outside_its_module_uses_is_not_exported(self):
        module = {"base/thing.h": HEAD + "#pragma once\nvoid thing_put(\n\tint a);\n", "base/thing.c": HEAD + '#include "base/thing.h"\n\nvoid thing_put(int a)\n{\n}\n'}
        code, said = lint(module)
        self.assertEqual((code, said), (1, "base/thing.h:4: thing_put: nobody outside its module uses it\n"))
        user = HEAD + '#include "base/thing.h"\n\nstatic void f(void)\n{\n\tthing_put(1);\n}\n'
        self.assertEqual(lint({**module, "store/x.c": user}), (0, "clean\n"))
        self.assertEqual(lint({**module, "store/x.c": user.replace("thing_put(1)", "g(\"thing_put\") /* thing_put */")})[0], 1)
        self.assertEqual(lint({**module, "cli/x.def": "ROW(thing)\n"}), (0, "clean\n"))

    def test_a_variant_is_a_file(self):
        self.refuses("base/x.c", "static void f(void)\n{\n#ifdef A\n\tg();\n#endif\n}\n", "preprocessor")

    def test_marks_of_unfinished_work_are_refused(self):
        self.refuses("base/x.c", "/* " + "TO" + "DO: later */\n", "not left as a mark")
        code, said = lint({"web/x.ts": "// FIX" + "ME\n"})
        self.assertEqual(code, 1, said)

    def test_trailing_spaces_are_refused(self):
        self.refuses("base/x.c", "\n \n", "trailing spaces")

    def test_python_bears_the_licence_too(self):
        self.assertEqual(lint({"tests/x.py": "import sys\n"})[0], 1)


if __name__ == "__main__":
    unittest.main()
