# SPDX-License-Identifier: Apache-2.0
"""What somebody does to the files of a store without its keys: take a copy, edit rows with LMDB's own library, and have a server serve what came of it."""
import base64
import pathlib
import shutil
import subprocess
import tempfile

import lmdb

import play

MAP_BYTES = 1 << 40


def spellings(word):
    """How a word can lie in a file: as it is, in capitals or small, in UTF-16, in hexadecimal, and in base64 at each offset."""
    plain = word.encode()
    found = {plain, word.lower().encode(), word.upper().encode(), word.encode("utf-16-le"), plain.hex().encode()}
    for before in range(3):
        coded = base64.b64encode(bytes(before) + plain)
        found.add(coded[(0, 2, 3)[before]:(before + len(plain)) * 8 // 6])
    return found


class Copied(play.Server):
    """A server on a copy of another one's store; the files stay when it ends."""

    def __init__(self, server, files):
        self.__dict__.update(server.__dict__, home=files.home, data=files.data, process=None, port=play.free_port())
        self.start()

    def close(self):
        if self.process:
            self.stop(play.signal.SIGKILL)


class Files:
    """A copy of a store at rest, and what can be done to its log."""

    def __init__(self, source, home):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=home))
        self.data = self.home / "data"
        shutil.copytree(source, self.data)
        shutil.copy(f"{source}.key", f"{self.data}.key")

    def edit(self, change, environment="data", name=b"log"):
        """change(rows) on a dict of a map's rows; what it left is what is stored."""
        with lmdb.open(str(self.data / environment), max_dbs=128, map_size=MAP_BYTES) as store:
            table = store.open_db(name, create=False)
            with store.begin(write=True, db=table) as act:
                before = {bytes(key): bytes(value) for key, value in act.cursor()}
                after = dict(before)
                change(after)
                for key in before.keys() - after.keys():
                    act.delete(key)
                for key, value in after.items():
                    if before.get(key) != value:
                        act.put(key, value)
        return self

    def munimentd(self, command, *flags):
        return subprocess.run([play.PROGRAMS / "munimentd", command, "--data", self.data, "--allow-unlocked", *flags], capture_output=True, text=True)

    def verify(self, *flags, keys=True):
        if not keys:
            pathlib.Path(f"{self.data}.key").unlink(missing_ok=True)
        return self.munimentd("verify", *flags)

    def serve(self, server):
        """The same server, on these files."""
        return Copied(server, self)
