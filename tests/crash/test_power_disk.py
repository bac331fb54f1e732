#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What counts as durable under power_shadow.c, and what a loss of power leaves: by a small program that writes files under it."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import power_disk

PAGE = power_disk.PAGE


class Shadows(unittest.TestCase):
    """Each writes with a Python that runs under the shadow; f is a descriptor of the file a, disk is its folder."""

    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="muniment-power-")
        cls.library = power_disk.compile_shadow(pathlib.Path(cls.made.name))

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="muniment-power-")
        self.addCleanup(self.home.cleanup)
        self.disk = power_disk.Disk(pathlib.Path(self.home.name))
        self.file = self.disk.folder / "a"

    def run_under(self, program, **how):
        """Lines of Python."""
        opened = f"import os\ndisk = {str(self.disk.folder)!r}\nf = os.open(disk + '/a', os.O_RDWR | os.O_CREAT)\n"
        environment = {**os.environ, "LD_PRELOAD": str(self.library), **self.disk.environment(**how)}
        subprocess.run([sys.executable, "-c", opened + program], env=environment, check=True)

    def durable(self, name="a"):
        """The shadow's bytes; None: it was never flushed."""
        shadow = self.disk.shadow_of(self.disk.folder / name)
        return shadow.read_bytes() if shadow.exists() else None

    def test_what_is_not_flushed_is_not_durable(self):
        self.run_under("os.pwrite(f, b'one', 0); os.write(f, b'two')")
        self.assertIsNone(self.durable())
        self.assertEqual(self.file.read_bytes(), b"two")

    def test_a_flush_takes_what_was_written_before_it(self):
        for call in ("fsync", "fdatasync"):
            self.run_under(f"os.pwrite(f, b'one', 0); os.pwritev(f, [b'a', b'b'], 9000); os.{call}(f); os.pwrite(f, b'two', 0)")
            self.assertEqual(self.durable(), b"one".ljust(9000, b"\0") + b"ab")

    def test_a_flush_takes_it_from_every_descriptor_of_the_file(self):
        self.run_under("os.writev(f, [b'one', b'two']); g = os.open(disk + '/a', os.O_WRONLY); os.fdatasync(g)")
        self.assertEqual(self.durable(), b"onetwo")

    def test_a_synced_write_takes_itself_and_nothing_else(self):
        self.run_under("os.pwrite(f, b'11112222', 0); g = os.open(disk + '/a', os.O_WRONLY | os.O_DSYNC); os.pwrite(g, b'3', 6)")
        self.assertEqual(self.durable(), b"\0" * 6 + b"3")

    def test_a_length_is_durable_with_a_flush(self):
        self.file.write_bytes(b"x" * 3 * PAGE)
        self.disk.power_on()
        self.run_under("os.ftruncate(f, 5)")
        self.assertEqual(self.durable(), b"x" * 3 * PAGE)
        self.run_under("os.ftruncate(f, 5); os.ftruncate(f, 9000); os.fsync(f)")
        self.assertEqual(self.durable(), b"x" * 5 + b"\0" * 8995)
        self.run_under("os.close(os.open(disk + '/a', os.O_WRONLY | os.O_TRUNC)); os.fsync(f)")
        self.assertEqual(self.durable(), b"")

    def test_what_an_earlier_process_left_is_taken_by_the_next_flush(self):
        self.run_under("os.pwrite(f, b'old', 0)")
        self.run_under("os.pwrite(f, b'new', 9000); os.fdatasync(f)")
        self.assertEqual(self.durable(), self.file.read_bytes())

    def test_a_renamed_file_takes_its_shadow_along(self):
        self.run_under("os.write(f, b'one'); os.fsync(f); os.rename(disk + '/a', disk + '/b')")
        self.assertEqual(self.durable("b"), b"one")

    def test_a_new_file_has_nothing_of_one_that_had_its_number(self):
        self.run_under("os.write(f, b'one'); os.fsync(f); os.close(f); os.unlink(disk + '/a')\n"
                       "for n in range(50): os.close(os.open(f'{disk}/{n}', os.O_WRONLY | os.O_CREAT))")
        self.assertEqual({self.durable(str(n)) for n in range(50)}, {None})

    def test_a_disk_that_lies_keeps_nothing(self):
        self.run_under("os.write(f, b'one'); os.fsync(f); g = os.open(disk + '/a', os.O_WRONLY | os.O_DSYNC); os.write(g, b'one')", lies=True)
        self.assertIsNone(self.durable())

    def test_some_pieces_arrive_before_anybody_asked(self):
        self.run_under("os.pwrite(f, b'x' * 400 * 4096, 0)", early=500)
        here = self.durable().count(b"x" * power_disk.SECTOR)
        self.assertTrue(400 < here < 2800, here)

    def test_a_file_that_was_never_flushed_may_be_gone_and_an_empty_one_that_was_is_not(self):
        self.run_under("os.fsync(f); os.close(os.open(disk + '/b', os.O_WRONLY | os.O_CREAT))")
        left = [set()]
        for seed in range(40):
            self.disk.lose("half", random.Random(seed))
            left.append({path.name for path in self.disk.files()})
            if left[-1] == {"a"}:
                break
            self.disk.shadow_of(self.disk.folder / "b").unlink()
        self.assertEqual((left[-1], self.durable()), ({"a"}, b""))


class Losses(unittest.TestCase):
    """A file of ten pages, all of them written since they were flushed, and one page more."""
    DURABLE, CURRENT = b"d" * 10 * PAGE, b"c" * 11 * PAGE

    def blend(self, mode, seed=1):
        """One file."""
        return power_disk.blend(self.DURABLE, self.CURRENT, power_disk.Arrival(mode, random.Random(seed)))

    def test_nothing_and_everything(self):
        self.assertEqual(self.blend("nothing"), self.DURABLE)
        self.assertEqual(self.blend("everything"), self.CURRENT)

    def test_some_is_of_both_in_whole_sectors(self):
        for seed in range(20):
            blended = self.blend("half", seed)
            sectors = {blended[at:at + power_disk.SECTOR] for at in range(0, 10 * PAGE, power_disk.SECTOR)}
            self.assertEqual(sectors, {b"d" * power_disk.SECTOR, b"c" * power_disk.SECTOR})

    def test_a_length_without_its_bytes_reads_as_zeros(self):
        found = {self.blend("half", seed)[10 * PAGE:] for seed in range(40)}
        self.assertIn(b"", found)
        self.assertIn(b"\0" * PAGE, found)
        self.assertIn(b"c" * PAGE, found)

    def test_first_pages_alone_or_all_but_them(self):
        self.assertTrue(self.blend("only the first pages").startswith(b"c" * 2 * PAGE + b"d" * 8 * PAGE))
        self.assertTrue(self.blend("all but the first pages").startswith(b"d" * 2 * PAGE + b"c" * 8 * PAGE))
        self.assertTrue(self.blend("all but the first page").startswith(b"d" * PAGE + b"c" * 9 * PAGE))

    def test_a_cut_that_did_not_arrive_leaves_the_end_as_it_was(self):
        found = {power_disk.blend(b"d" * 2 * PAGE, b"c", power_disk.Arrival("half", random.Random(seed))) for seed in range(40)}
        self.assertLessEqual({len(blended) for blended in found}, {1, 2 * PAGE})
        self.assertIn(b"d" * 2 * PAGE, found)

    def test_of_some_files_one_is_different(self):
        for mode, one in (("only one file", "everything"), ("all but one file", "nothing")):
            modes = power_disk.modes_of_files(mode, 5, random.Random(1))
            self.assertEqual((len(modes), modes.count(one)), (5, 1))
        self.assertEqual(power_disk.modes_of_files("only one file", 0, random.Random(1)), [])


if __name__ == "__main__":
    unittest.main()
