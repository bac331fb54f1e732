# SPDX-License-Identifier: Apache-2.0
"""A C file as the lint sees it: includes, code without comments and texts, functions, variables of the file. No parser: it
leans on the form that clang-format gives to every file (a function's braces stand in the first column)."""
import dataclasses
import re

BLANKED = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
HEAD = re.compile(r"(\w+)\s*\((?!\*)")
DECLARATION = re.compile(r"^(\t*)((?:static|extern|_Thread_local|_Atomic|volatile|const|unsigned|signed|struct|enum|union|[a-z]\w*)\b"
                         r"[\w\s*]*?)\b(\w+)(?:\[[^\]]*\])*\s*(?:=|;|\{$)")
NO_VARIABLE = re.compile(r"\s*(typedef|enum\s*\w*\s*\{|return|goto|break|continue|else|case|default|do\b|#)"
                         r"|\s*(static\s+)?(struct|union|enum)\s+\w+\s*(;|\{$)")


@dataclasses.dataclass
class Function:
    """Lines from the opening brace to the closing one, from 1."""
    name: str
    start: int
    end: int
    static: bool


def blank(text):
    """Comments and texts become nothing; lines keep their numbers, includes their paths."""
    def without(match):
        found = match[0]
        if found[0] in "\"'":
            before = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
            return found if before.startswith("#include") else found[0] * 2
        return "\n" * found.count("\n") or " "
    return BLANKED.sub(without, text)


def is_const(declaration):
    """Whether what is declared can't change: the const behind the last star counts."""
    star = declaration.rfind("*")
    return re.search(r"\bconst\b", declaration[star + 1:] if star >= 0 else declaration) is not None


class Source:
    """One .c or .h file, with the text of the header that bears its name; "" when there is none."""

    def __init__(self, name, text, header):
        self.name = name
        self.header = header
        self.header_structs = re.findall(r"^struct (\w+)", header, flags=re.M)
        self.lines = text.removesuffix("\n").split("\n")
        self.blanked = [line.rstrip() for line in blank(text).split("\n")]
        self.quoted = self.includes('"', '"')
        self.angled = self.includes("<", ">")
        self.functions = list(self.find_functions())

    def includes(self, opening, closing):
        """(line, path) of each include of this form; table files (.def, .inc) are facts and count as the others do."""
        form = re.compile(rf"\s*#\s*include {opening}([^{closing}]+){closing}")
        return [(n, m[1]) for n, line in self.code() if (m := form.match(line))]

    def code(self):
        """(line number, line without comments and texts)."""
        return enumerate(self.blanked, 1)

    def statement(self, n):
        """From line n to the next semicolon."""
        rest = " ".join(self.blanked[n - 1:n + 9])
        return rest[:rest.find(";") + 1] or rest

    def find_functions(self):
        """Bodies that open with a brace in the first column."""
        head_from = start = 0
        for n, line in self.code():
            if line == "{" and not start:
                start = n
            elif line.startswith("}") and start:
                head = " ".join(self.blanked[head_from:start - 1])
                yield self.function(head, start, n)
                start, head_from = 0, n
            elif not start and (not line or line.endswith((";", "}")) or line.startswith(("}", "#"))):
                head_from = n

    @staticmethod
    def function(head, start, end):
        """A test's name is its second argument."""
        test = re.match(r"(?:Test|ParameterizedTest)\(.*?(\w+)\s*[,)]", head)
        names = HEAD.findall(re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head))
        return Function(test[1] if test else names[0] if names else "?", start, end, bool(re.search(r"\bstatic\b", head)))

    def function_at(self, n):
        """The function whose body holds the line."""
        return next((f for f in self.functions if f.start <= n <= f.end), None)

    def mutable(self):
        """(line, name) of variables that live as long as the program and can change. A heuristic: one declaration a line."""
        opened = ""
        for n, line in self.code():
            inside = self.function_at(n)
            if not inside and line.startswith("}") and (m := re.match(r"\}\s*(\*?\s*\w+)(\[[^\]]*\])*\s*(=|;)", line)):
                if not is_const(opened + " " + m[1]) and "typedef" not in opened and "__attribute__" not in m[1]:
                    yield n, m[1]
            if not line.startswith(("\t", "}", " ")) and line.endswith("{"):
                opened = line
            found = DECLARATION.match(line)
            if not found or NO_VARIABLE.match(line) or bool(found[1]) != bool(inside):
                continue
            if inside and not re.match(r"(static|_Thread_local)\b", found[2]):
                continue
            if not is_const(found[2]) and not found[2].startswith("extern"):
                yield n, found[3]
