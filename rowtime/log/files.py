"""Every file operation of the log, in one place, so that tests can put failures and power cuts under it."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

from rowtime.log.errors import DirectoryInUse

_FILE_MODE, _DIRECTORY_MODE = 0o600, 0o700
_BINARY = getattr(os, "O_BINARY", 0)
_SEEKING = threading.Lock()


class Files:
    """The operating system's files. Nothing is on disk before `sync`, no name before `sync_directory`."""

    def make_directory(self, path: Path) -> None:
        """On disk when it returns, also if a process died just after making it."""
        path.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        self.sync_directory(path.parent)

    def names(self, directory: Path) -> list[str]:
        return sorted(os.listdir(directory))

    def exists(self, path: Path) -> bool:
        return path.exists()

    def create(self, path: Path) -> int:
        """A new empty file; FileExistsError if there is one."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, _FILE_MODE)

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | _BINARY)

    def close(self, file: int) -> None:
        os.close(file)

    def size(self, file: int) -> int:
        return os.fstat(file).st_size

    def read(self, file: int, at: int, size: int) -> bytes:
        """Fewer bytes than asked for only at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(file, size, at)
        with _SEEKING:
            os.lseek(file, at, os.SEEK_SET)
            return os.read(file, size)

    def write(self, file: int, at: int, data: bytes) -> None:
        """All of it, or OSError."""
        view = memoryview(data)
        while view:
            written = self._write_some(file, at, view)
            view, at = view[written:], at + written

    def _write_some(self, file: int, at: int, view: memoryview) -> int:
        if hasattr(os, "pwrite"):
            return os.pwrite(file, view, at)
        with _SEEKING:
            os.lseek(file, at, os.SEEK_SET)
            return os.write(file, view)

    def truncate(self, file: int, size: int) -> None:
        os.ftruncate(file, size)

    def sync(self, file: int) -> None:
        if hasattr(os, "fdatasync"):
            os.fdatasync(file)
        else:
            _full_sync(file)

    def sync_directory(self, path: Path) -> None:
        if sys.platform == "win32":
            return
        directory = os.open(path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def rename(self, old: Path, new: Path) -> None:
        os.replace(old, new)

    def unlink(self, path: Path) -> None:
        os.unlink(path)

    def free_bytes(self, directory: Path) -> int:
        return shutil.disk_usage(directory).free

    def lock(self, path: Path) -> int:
        """An open file with an exclusive lock that ends with the process; DirectoryInUse if another has it."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, _FILE_MODE)
        try:
            _lock(file)
        except OSError as error:
            os.close(file)
            raise DirectoryInUse(f"{path.parent} is in use by another process: stop it, or choose another "
                                 "data directory") from error
        return file


def _full_sync(file: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    else:
        os.fsync(file)


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
