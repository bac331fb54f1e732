#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test of the project and adds them up: ./dev test calls it once everything is installed.

In this order: the lint and all tests in Python; every source with clang, and the corpora of the fuzzers; the programs of tests/ under ASan and UBSan,
and beside them the stories against the real server; those of tests/threads under TSan. Logs lie in build-test/logs. The last line printed is
'N passed, N failed'; the exit code is 1 after any failure, and when nothing was tested."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-test"
LOGS = BUILD / "logs"
TSAN = ROOT / "build-tsan"
PROGRAMS = ("server/munimentd", "cli/muniment")
STORY_SECONDS = 900
STORIES_ALONE = ("following", "kill_nine", "sealed")
WEB = ("signIn log event me vaults deposit handover leaving tenants picker", "axe", "steps", "dialogs", "contact freeze rescue takeout motion", "clipboard")  # side by side: the latter lean on no other
STORIES_LONG = (*(f"web {parts}" for parts in WEB), "erasure", "attack", "mail_told", "exports", "key_rotation", "reindex", "openapi")
STORY = re.compile(r"^(\d+) passed, (\d+) failed", flags=re.M)
SYNTHESIS = re.compile(r"Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)")
HELD = re.compile(r"  ok |\[\d+/\d+\] (Compil|Link|Generat)ing ")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


@dataclasses.dataclass
class Job:
    """One program to run, and how its output is counted."""
    name: str
    command: list
    count: object
    env: dict = dataclasses.field(default_factory=dict)
    seconds: float = 300
    folder: pathlib.Path = ROOT


@dataclasses.dataclass
class Result:
    """What came of it."""
    passed: int
    failed: int


def count_whole(code, _output):
    """A program is one test."""
    return Result(int(code == 0), int(code != 0))


def count_criterion(code, output):
    """The Synthesis line, or a story's; a plain program, or one that died before it, is one test."""
    found = SYNTHESIS.findall(output)
    if not found:
        return count_story(code, output) if STORY.search(output) else count_whole(code, output)
    tested, passing, failing, crashing = (sum(int(row[at]) for row in found) for at in range(4))
    failed = max(failing + crashing, tested - passing)
    return Result(passing, failed or int(code != 0))


def count_unittest(code, output):
    """Python's own line; a file that does not load is one failure."""
    ran = re.search(r"^Ran (\d+) tests?", output, flags=re.M)
    if not ran:
        return Result(0, 1)
    failed = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", output))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", output))
    return Result(max(int(ran[1]) - failed - skipped, 0), failed or int(code != 0))


def count_tap(code, output):
    """Node's test runner; one that dies before it has counted is one failure."""
    found = {word: int(count) for word, count in re.findall(r"^# (pass|fail|cancelled) (\d+)", output, flags=re.M)}
    failed = found.get("fail", 0) + found.get("cancelled", 0)
    return Result(found.get("pass", 0), failed or int(code != 0 or not found.get("pass")))


def count_story(code, output):
    """A story's last 'N passed, N failed'; one that dies before it is one failure."""
    found = STORY.findall(output)
    if not found:
        return Result(0, 1)
    passed, failed = (int(n) for n in found[-1])
    return Result(passed, failed or int(code != 0 or passed == 0))


def run(job):
    """Run a program in a process group of its own, its output into a log; no input, no terminal. Gives (code, output)."""
    log = LOGS / (re.sub(r"[^\w.-]+", "-", job.name) + ".log")
    with open(log, "wb") as out:
        with subprocess.Popen(job.command, cwd=job.folder, env={**os.environ, **SANITIZERS, **job.env}, stdin=subprocess.DEVNULL,
                              stdout=out, stderr=subprocess.STDOUT, start_new_session=True) as process:
            try:
                code = process.wait(job.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                code = process.wait()
                out.write(f"\nstopped after {job.seconds:.0f} s\n".encode())
    return code, COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))


class Report:
    """Adds up, and prints one line a job; what a failed job said follows at once."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, job, result, output, seconds):
        """Count one job."""
        self.passed += result.passed
        self.failed += result.failed
        word = "FAILED" if result.failed else "ok"
        print(f"{word:6} {result.passed:5} {job.name}  ({seconds:.1f} s)", flush=True)
        if result.failed:
            said = [line for line in output.splitlines() if not HELD.match(line)]  # what went well would bury what did not
            print("\n".join("       | " + line for line in said[-200:]), flush=True)

    def run(self, job):
        """Run a job here and now; whether it passed."""
        began = time.monotonic()
        code, output = run(job)
        result = job.count(code, output)
        self.add(job, result, output, time.monotonic() - began)
        return not result.failed

    def run_all(self, jobs, more=0):
        """Run independent jobs side by side, as many as there are processors, or more where they wait much."""
        def timed(job):
            began = time.monotonic()
            return job, run(job), time.monotonic() - began
        with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + more) as pool:
            for done in concurrent.futures.as_completed([pool.submit(timed, job) for job in jobs]):
                job, (code, output), seconds = done.result()
                self.add(job, job.count(code, output), output, seconds)


def python_jobs():
    """The lint, every test_*.py, and the tests of what the pages are made of."""
    yield Job("lint", [sys.executable, "-B", "tests/lint/lint.py", "."], count_whole)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        yield Job(name, [sys.executable, "-B", name], count_unittest)
    yield Job("web/tests", [sys.executable, "-B", "web/build.py", "test"], count_tap)


def configure(report, folder, compiler, options):
    """Set a folder up, once; whether it is."""
    setup = ["meson", "setup", str(folder), *options]
    count = lambda code, _: Result(0, int(code != 0))
    return (folder / "build.ninja").exists() or report.run(Job(f"configure {folder.name}", setup, count, {"CC": compiler}))


def build(report, folder, compiler, targets=()):
    """Build a folder, or some of it, with every warning an error; whether that went well."""
    return report.run(Job(f"build {folder.name} with {compiler}", ["ninja", "-k", "0", "-C", str(folder), *targets], count_whole, seconds=3600))


def build_with_clang(report):
    """Every source compiled, the two programs, and the fuzzers, which read their corpora once; no test is linked that nobody would run."""
    folder = ROOT / "build-clang"
    options = ["-Ddebug=false", "-Doptimization=0", "-Dweb=disabled", "-Dfuzz=true"]
    if configure(report, folder, "clang", options) and build(report, folder, "clang", ["build.ninja"]):
        sources = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
        fuzzers = [job for suites, job in programs(folder) if "fuzz" in suites]
        targets = [*PROGRAMS, *(source["output"] for source in sources), *(job.name for job in fuzzers)]
        if build(report, folder, "clang", targets):
            report.run_all(fuzzers)
    link_programs(folder)


def programs(folder):
    """What meson knows as tests: (suites, job)."""
    said = subprocess.run(["meson", "introspect", str(folder), "--tests"], capture_output=True, check=True, text=True)
    for test in json.loads(said.stdout):
        path = pathlib.Path(test["cmd"][0])
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else test["name"]
        suites = {suite.split(":")[-1] for suite in test["suite"]}
        yield suites, Job(name, test["cmd"], count_criterion, test["env"], test["timeout"] or 300, folder)


def build_programs(report):
    """Everything with ASan and UBSan; whether that went well."""
    options = ["-Ddebug=true", "-Dc_args=-g1", "-Doptimization=1", "-Db_sanitize=address,undefined", "-Db_lundef=false"]
    built = configure(report, BUILD, "gcc", options) and build(report, BUILD, "gcc")
    link_programs(BUILD)
    return built


def run_threads(report):
    """What tests/threads promises, under TSan; only those programs and what they need is built."""
    if not list((ROOT / "tests/threads").glob("*.c")):
        return
    options = ["-Ddebug=true", "-Dc_args=-g1", "-Doptimization=1", "-Db_sanitize=thread", "-Db_lundef=false", "-Dweb=disabled"]
    if not configure(report, TSAN, "gcc", options):
        return
    jobs = [job for suites, job in programs(TSAN) if "threads" in suites]
    if build(report, TSAN, "gcc", [job.name for job in jobs]):
        # TSan's shadow memory does not fit every random layout of the address space.
        still = ["setarch", "-R"] if subprocess.run(["setarch", "-R", "true"], capture_output=True, check=False).returncode == 0 else []
        for job in jobs:
            report.run(dataclasses.replace(job, name=f"build-tsan/{job.name}", command=[*still, *job.command]))


def stories():
    """Each story is an executable; MUNIMENT_PROGRAMS is the folder of the programs it plays with, MUNIMENT_LANE is its number: its ports."""
    paths = [*(ROOT / "tests/stories").glob("*/run"), *(ROOT / "tests/stories").glob("*.py"), *(ROOT / f"tests/{name}/run" for name in ("attack", "examples"))]
    commands = [[str(path)] for path in sorted(p for p in paths if os.access(p, os.X_OK))] + [[str(ROOT / "tests/web/run"), *parts.split()] for parts in WEB]
    for lane, command in enumerate(commands):
        name = " ".join(command).removeprefix(f"{ROOT}/")
        yield Job(name, command, count_story, {"MUNIMENT_PROGRAMS": str(BUILD), "MUNIMENT_LANE": str(lane)}, STORY_SECONDS)


def run_programs(report):
    """The unit tests and the stories side by side, the longest first, so that none is left at the end; most of them wait more than they reckon. Those that
    claim how soon something is done run by themselves."""
    found = {job.name.removeprefix("tests/").removeprefix("stories/").replace("/run", ""): job for job in stories()}
    alone = [found.pop(name) for name in STORIES_ALONE if name in found]
    long = [found.pop(name) for name in STORIES_LONG if name in found]
    units = [job for suites, job in programs(BUILD) if "threads" not in suites]
    report.run_all([*long, *units, *found.values()], more=1)
    for job in alone:
        report.run(job)


def link_programs(folder):
    """munimentd and muniment at the folder's root, as ./dev build leaves them."""
    for place in PROGRAMS:
        link = folder / pathlib.Path(place).name
        if (folder / place).exists() and not link.is_symlink():
            link.symlink_to(place)


def main():
    """Everything, in order."""
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    LOGS.mkdir(parents=True, exist_ok=True)
    report = Report()
    report.run_all(python_jobs())
    build_with_clang(report)
    if build_programs(report):
        run_programs(report)
    run_threads(report)
    print(f"{report.passed} passed, {report.failed} failed")
    return int(report.failed > 0 or report.passed == 0)


if __name__ == "__main__":
    sys.exit(main())
