"""Counters that processes share: each writes a file of its own, a reader adds them up."""

import fcntl
import mmap
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BYTES = 8
_ENDED = "ended"


class Counters:
    """A row of whole numbers that only grow, over all processes that were ever started on a folder.

    Where the folder can't be written, a process counts for itself alone.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self._pid = 0
        self._own: memoryview | None = None
        self._guard = threading.Lock()

    def add(self, amounts: dict[int, int]) -> None:
        """Add to some of the counters at once."""
        with self._guard:
            own = self._mine()
            for at, amount in amounts.items():
                own[at] += amount

    def totals(self) -> list[int]:
        """Return the sums over all processes."""
        with self._guard:
            own = self._mine()
        if not self.folder.is_dir():
            return list(own)
        with self._locked():
            self._fold()
            files = [path for path in self.folder.iterdir() if path.name != "lock"]
            rows = [self._read(path) for path in files]
        return [sum(column) for column in zip(*rows, strict=True)] if rows else list(own)

    def _mine(self) -> memoryview:
        if self._own is None or self._pid != os.getpid():
            self._pid = os.getpid()
            try:
                self._own = self._open()
            except OSError:
                self._own = memoryview(bytearray(self.size * _BYTES)).cast("Q")
        return self._own

    def _open(self) -> memoryview:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{socket.gethostname()}-{self._pid}"
        with self._locked():
            self._fold(also=path)
            with path.open("w+b") as file:
                file.truncate(self.size * _BYTES)
                return memoryview(mmap.mmap(file.fileno(), self.size * _BYTES)).cast("Q")

    def _fold(self, also: Path | None = None) -> None:
        """Add the files of processes that have ended to one, so that files don't pile up."""
        here = socket.gethostname()
        for path in self.folder.iterdir():
            host, _, pid = path.name.rpartition("-")
            if host != here or not pid.isdigit() or (path != also and _is_alive(int(pid))):
                continue
            ended = self.folder / _ENDED
            counted = self._read(ended) if ended.exists() else [0] * self.size
            total = [one + other for one, other in zip(counted, self._read(path), strict=True)]
            ended.write_bytes(b"".join(number.to_bytes(_BYTES, "little") for number in total))
            path.unlink()

    def _read(self, path: Path) -> list[int]:
        raw = path.read_bytes().ljust(self.size * _BYTES, b"\0")
        return [
            int.from_bytes(raw[at : at + _BYTES], "little")
            for at in range(0, self.size * _BYTES, _BYTES)
        ]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
