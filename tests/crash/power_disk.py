# SPDX-License-Identifier: Apache-2.0
"""A folder on a machine that loses its power: what was flushed is still there; of what was written since, any part may be.

power_shadow.c, preloaded into whoever writes to the folder, keeps a shadow of each file: what of it surely is durable. lose() makes of
each file and its shadow one that such a machine could find when the power is back. It knows no file by its name."""
import dataclasses
import pathlib
import shutil
import stat
import subprocess

SOURCE = pathlib.Path(__file__).with_name("power_shadow.c")
PAGE, SECTOR = 4096, 512
FIRST_PAGES = 2  # where LMDB has the two pages of which the newer one makes a commit stand

# What arrived of the pages that differ: their share.
SHARES = {"nothing": 0, "a twentieth": 0.05, "half": 0.5, "nearly everything": 0.95, "everything": 1}
# Or which of them did.
PLACES = {"only the first pages": lambda page: page < FIRST_PAGES, "all but the first page": lambda page: page > 0,
          "all but the first pages": lambda page: page >= FIRST_PAGES}
# Or all of some files.
FILES = ("only one file", "all but one file")
# Or something else of each file.
MIXED = "of each file something else"
MODES = (*SHARES, *PLACES, *FILES, MIXED)


def compile_shadow(folder):
    """The library to preload."""
    made = folder / "power_shadow.so"
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", made, SOURCE], check=True)
    return made


@dataclasses.dataclass
class Arrival:
    """What reached the disk of one file though nobody had waited for it."""
    mode: str
    dice: object

    def keeps_length(self):
        """Whether the file has the length that was flushed, and not the one that it had last."""
        if self.mode in ("nothing", "everything"):
            return self.mode == "nothing"
        return self.dice.random() < 0.5

    def has(self, page):
        """Whether a piece on this page did."""
        if self.mode in PLACES:
            return PLACES[self.mode](page)
        return self.dice.random() < SHARES[self.mode]


def blend(durable, current, arrival):
    """The bytes of one file, whole pages or sectors of each. What was never written reads as zeros."""
    grain = arrival.dice.choice((PAGE, SECTOR))
    length = len(durable if arrival.keeps_length() else current)
    mixed, wanted = bytearray(durable.ljust(length, b"\0")), current.ljust(length, b"\0")
    for page in range(0, len(current), PAGE):
        if mixed[page:page + PAGE] != wanted[page:page + PAGE]:
            for at in range(page, min(page + PAGE, len(current)), grain):
                if arrival.has(page // PAGE):
                    mixed[at:at + grain] = wanted[at:at + grain]
    return bytes(mixed[:length])


def pages_apart(durable, current):
    """How many pages of a file are not as its shadow has them."""
    return sum(durable[at:at + PAGE] != current[at:at + PAGE] for at in range(0, max(len(durable), len(current)), PAGE))


def modes_of_files(mode, count, dice):
    """A mode for each of so many files."""
    if mode == MIXED:
        return [dice.choice((*SHARES, *PLACES)) for _ in range(count)]
    if mode in FILES and count:
        one, others = ("everything", "nothing") if mode == FILES[0] else ("nothing", "everything")
        chosen = dice.randrange(count)
        return [one if n == chosen else others for n in range(count)]
    return [mode] * count


class Disk:
    """A folder, and the shadows of its files."""

    def __init__(self, home):
        self.folder, self.shadows = home / "disk", home / "shadows"
        self.folder.mkdir()
        self.power_on()

    def environment(self, early=0, slow=0, seed=0, lies=False):
        """What the shadow wants to know."""
        asked = {"MUNIMENT_SHADOW": str(self.folder), "MUNIMENT_SHADOW_TO": str(self.shadows),
                 "MUNIMENT_SHADOW_EARLY": str(early), "MUNIMENT_SHADOW_SLOW": str(slow), "MUNIMENT_SHADOW_SEED": str(seed)}
        return asked | ({"MUNIMENT_SHADOW_LIES": "1"} if lies else {})

    def shadow_of(self, path):
        """Where the shadow of a file is, if there is one."""
        return self.shadows / str(path.stat().st_ino)

    def files(self):
        """Every file, always in the same order; sockets are none."""
        return sorted(path for path in self.folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode))

    def power_on(self):
        """All that is there now is durable."""
        shutil.rmtree(self.shadows, ignore_errors=True)
        self.shadows.mkdir()
        for path in self.files():
            shutil.copyfile(path, self.shadow_of(path))

    def lose(self, mode, dice):
        """The power is gone and back; returns how many pages had been at stake. A file that is younger than the power and was never
        flushed may not be there at all."""
        files, at_stake = self.files(), 0
        for path, how in zip(files, modes_of_files(mode, len(files), dice)):
            shadow = self.shadow_of(path)
            durable, current = shadow.read_bytes() if shadow.exists() else b"", path.read_bytes()
            at_stake += pages_apart(durable, current)
            if shadow.exists() or dice.random() < 0.5:
                path.write_bytes(blend(durable, current, Arrival(how, dice)))
            else:
                path.unlink()
        self.power_on()
        return at_stake
