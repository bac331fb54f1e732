#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rewrites what is made from tables of facts for the command line: sections of the manual pages in docs/man, and the completion of
bash in packaging/completion: make_man.py [--check].

A section of a page stands between '; WHAT: made by docs/make_man.py' and '; end' (comments of scdoc). --check changes nothing; it names
the files that are stale and exits 1 if there is one."""
import re
import sys

from make_tables import ROOT, rows

SECTION = re.compile(r"(; ([^\n]+): made by docs/make_man\.py\n).*?(; end\n)", flags=re.S)
PAGES = ("docs/man/muniment.1.scd", "docs/man/munimentd.8.scd")
EXITS = {0: "done", 1: "failed", 2: "wrong usage", 3: "what was checked does not hold", 4: "refused by the server",
         5: "the server cannot be reached, or is at its limit: try again"}


def plain(text):
    """A text in which nothing is a mark of scdoc."""
    return re.sub(r"([\\*_#\[\]|])", r"\\\1", text)


def sentence(text):
    """With a capital letter, but where a name or an address begins it."""
    return f"{plain(text[0].upper() + text[1:] if re.match(r'[a-z]+[ ,;.]', text) else text)}."


def paragraphs(text):
    """Each line of a text in a paragraph's shape, indented."""
    return "".join(f"\t{plain(line)}\n" for line in text.split("\n"))


# ---- muniment ----

def sets():
    """The named sets of options in cli/commands.c."""
    text = (ROOT / "cli/commands.c").read_text(encoding="utf-8").replace("\\\n", " ")
    return dict(re.findall(r"^#define ([A-Z_]+)\s+(\(.*OPT\(.*\))\s*$", text, flags=re.M))


def members(expression, named):
    """The options of a set; sets may name sets."""
    found = set(re.findall(r"OPT\((\w+)\)", expression))
    for name, inner in named.items():
        if re.search(rf"\b{name}\b", expression):
            found |= members(inner, named)
    return found


def options():
    """Symbol -> (text, value, most, words, help), in the order of the table."""
    return {values[0]: (*values[1:3], int(values[3]), *values[4:6]) for _, values in rows("cli/commands.def", "OPTION")}


def commands():
    """(words, operand, options it takes, options it needs, summary, details), in the order of the table."""
    named = sets()
    for _, values in rows("cli/commands.def", "COMMAND"):
        _, words, operand, takes, needs, summary, *details = values
        yield words, operand, [name for name in options() if name in members(takes, named)], members(needs, named), summary, "".join(details)


def synopsis():
    """A line a command."""
    lines = []
    for words, operand, _, needs, _, _ in commands():
        needed = "".join(f" *{text}* _{plain(value)}_" for name, (text, value, *_) in options().items() if name in needs)
        lines.append(f"*muniment {words}*{f' _{plain(operand)}_' if operand else ''}{needed} [_option_]...")
    return "++\n".join(lines) + "\n"


def command_list():
    """What each does, and what it takes."""
    made = []
    for words, operand, takes, _, summary, details in commands():
        flags = ", ".join(f"*{plain(options()[name][0])}*" for name in takes)
        made.append(f"*{words}*{f' _{plain(operand)}_' if operand else ''}\n\t{sentence(summary)}\n\n"
                    f"{paragraphs(details)}\n\tTakes {flags}.\n")
    usual = next(words for words, *_ in commands() if words == "log list")
    return "\n".join(made) + f"\n*log* alone is *{usual}*.\n"


def option_list():
    """Every option."""
    made = []
    for text, value, most, words, help_text in options().values():
        closed = f" One of: {', '.join(words.split())}." if words else ""
        again = " May be given several times." if most > 1 else ""
        made.append(f"*{plain(text)}*{f' _{plain(value)}_' if value else ''}\n\t{sentence(help_text)}{closed}{again}\n")
    return "\n".join(made)


# ---- munimentd ----

def daemon_commands():
    """(name, help) of munimentd's commands."""
    text = (ROOT / "server/env/conf.c").read_text(encoding="utf-8")
    return re.findall(r'\[CONF_\w+\] = \{\s*"(\w+)",\s*"([^"]*)"', text)


def settings():
    """(flag, key, kind, initial, unit, commands, help); commands is a set of names, or everything."""
    every = {name for name, _ in daemon_commands()}
    for row, (_, key, kind, initial, least, most, unit, where, _, words) in rows("server/env/settings.def", "SETTING", "OPTION"):
        bounds = f", {least} to {most}" if kind == "NUMBER" else ""
        places = every if where == "ALL" else {name.lower() for name in re.findall(r"\w+", where)}
        yield f"--{re.sub('[._]', '-', key)}", None if row == "OPTION" else key, kind, initial, unit + bounds, places, words


def daemon_synopsis():
    """A line a command."""
    return "++\n".join(f"*munimentd {name}* [_flag_]..." for name, _ in daemon_commands()) + "\n"


def setting_list():
    """Every setting, and the flags of single commands."""
    made = []
    for flag, key, kind, initial, unit, places, words in settings():
        only = "" if key else f" A flag of {', '.join(sorted(places))} alone."
        usual = f" Unless given: {plain(initial)}." if initial else ""
        value = f" _{plain(unit)}_" if kind != "SWITCH" and unit else ""
        named = f"*{plain(key)}*{value}" if key else f"*{flag}*{value}"
        made.append(f"{named}\n\t{sentence(words)}{usual}{only}\n")
    return "\n".join(made)


def exit_codes():
    """What the table of failures ends programs with."""
    used = {0} | {int(values[2 if name == "ERR_KIND" else 3]) for name, values in rows("base/err.def", "ERR_KIND", "ERR_CODE")}
    return "\n".join(f"*{code}*\n\t{sentence(EXITS[code])}\n" for code in sorted(used))


MAKERS = {"synopsis of cli/commands.def": synopsis, "commands of cli/commands.def": command_list, "options of cli/commands.def": option_list,
          "commands of server/env/settings.def": daemon_synopsis, "settings of server/env/settings.def": setting_list,
          "exit codes of base/err.def": exit_codes}


# ---- completion ----

HEAD = """# SPDX-License-Identifier: Apache-2.0
# bash completion of {0}; made by docs/make_man.py. As /usr/share/bash-completion/completions/{0} it is found by itself.
# shellcheck shell=bash
"""

CLIENT = """
_muniment()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command="${COMP_WORDS[1]-} ${COMP_WORDS[2]-}" flags=
	COMPREPLY=()
	# "--order=asc" comes in three words.
	[ "$word" != = ] || word=
	[ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "FIRST help --help --version" -- "$word")
		return
	fi
	case $before in
VALUES	esac
	case $command in
FLAGS	esac
	if [ "$COMP_CWORD" -eq 2 ]; then
		case ${COMP_WORDS[1]} in
SECONDS		esac
	fi
	case $word in
	-* | '') [ -z "$flags" ] || mapfile -t COMPREPLY < <(compgen -W "$flags --help" -- "$word") ;;
	esac
	case ${COMP_WORDS[1]} in
	OF_FILES)
		[ "${word#-}" != "$word" ] || { FILES; } ;;
	esac
}
complete -F _muniment muniment
"""


def paths(kind):
    """Files or directories; compopt makes bash end a directory with a slash, and quote blanks. A test has no completion to tell it to."""
    return f'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -{kind} -- "$word")'


def value_case(text, value, words):
    """What may stand behind one option."""
    if words:
        return f'\t{text}) mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$word"); return ;;\n'
    if value == "FILE":
        return f"\t{text}) {paths('f')}; return ;;\n"
    return f"\t{text}) return ;;\n"


def client_completion():
    """muniment."""
    known, seconds, flags, first, of_files = options(), {}, "", [], []
    for words, operand, takes, *_ in commands():
        name, _, second = words.partition(" ")
        if name not in first:
            first.append(name)
        if second:
            seconds.setdefault(name, []).append(second)
        pattern = f"'{words}'" if second else f"'{name} '*"
        flags += f'\t{pattern}) flags="{" ".join(known[option][0] for option in takes)}" ;;\n'
        if "FILE" in operand and name not in of_files:
            of_files.append(name)
    for name in seconds:
        usual = next(takes for words, _, takes, *_ in commands() if words.startswith(f"{name} "))
        flags += f'\t\'{name} \'*) flags="{" ".join(known[option][0] for option in usual)}" ;;\n'
    values = "".join(value_case(text, value, words) for text, value, _, words, _ in known.values() if value)
    groups = "".join(f'\t\t{name}) flags="$flags {" ".join(words)}"\n\t\t\tmapfile -t COMPREPLY < <(compgen -W "$flags --help" -- "$word")\n'
                     "\t\t\treturn ;;\n" for name, words in seconds.items())
    body = CLIENT.replace("FIRST", " ".join(first)).replace("VALUES", values).replace("FLAGS", flags).replace("SECONDS", groups)
    body = body.replace("OF_FILES", " | ".join(of_files)).replace("FILES", paths("f"))
    return HEAD.format("muniment") + body


DAEMON = """
_munimentd()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags=
	COMPREPLY=()
	[ "$word" != = ] || word=
	[ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "NAMES" -- "$word")
		return
	fi
	case $before in
VALUES	esac
	case ${COMP_WORDS[1]} in
FLAGS	esac
	[ -z "$flags" ] || mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
}
complete -F _munimentd munimentd
"""


def daemon_value(flag, kind, unit):
    """What may stand behind one flag."""
    if kind == "SWITCH":
        return ""
    if unit in ("DIR", "FILE"):
        return f"\t{flag}) {paths('d' if unit == 'DIR' else 'f')}; return ;;\n"
    if re.fullmatch(r"[a-z][a-z-]*(\|[a-z][a-z-]*)+", unit):
        return f'\t{flag}) mapfile -t COMPREPLY < <(compgen -W "{unit.replace("|", " ")}" -- "$word"); return ;;\n'
    return f"\t{flag}) return ;;\n"


def daemon_completion():
    """munimentd."""
    names, flags = [name for name, _ in daemon_commands()], ""
    for name in names:
        if name not in ("help", "version"):
            flags += f'\t{name}) flags="--config {" ".join(flag for flag, _, _, _, _, places, _ in settings() if name in places)}" ;;\n'
    values = daemon_value("--config", "PATH", "FILE") + "".join(daemon_value(flag, kind, unit) for flag, _, kind, _, unit, _, _ in settings())
    return HEAD.format("munimentd") + DAEMON.replace("NAMES", " ".join(names)).replace("VALUES", values).replace("FLAGS", flags)


COMPLETIONS = {"packaging/completion/muniment": client_completion, "packaging/completion/munimentd": daemon_completion}


def renewed():
    """Each file's path and the text that it should have."""
    for name in PAGES:
        page = (ROOT / name).read_text(encoding="utf-8")
        yield name, SECTION.sub(lambda found: found[1] + MAKERS[found[2]]() + found[3], page)
    for name, make in COMPLETIONS.items():
        yield name, make()


def main(*words):
    """Rewrite, or look."""
    stale = [(name, text) for name, text in renewed() if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text]
    if "--check" not in words:
        for name, text in stale:
            (ROOT / name).write_text(text, encoding="utf-8")
    elif stale:
        print("stale, run docs/make_man.py: " + " ".join(name for name, _ in stale), file=sys.stderr)
    return int("--check" in words and bool(stale))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
