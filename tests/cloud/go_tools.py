"""Programs built once from their own source by `go install`, kept between runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fraudstream-tests"
BUILD_SECONDS = 1_200.0


class Unavailable(Exception):
    """The program cannot be had here; the text says why."""


def program(name: str, package: str, version: str) -> Path:
    """The program that a Go package makes; Unavailable without Go, or offline at the first time."""
    folder = CACHE / f"{name}-{version}"
    made = folder / package.rpartition("/")[2]
    if not made.exists():
        if shutil.which("go") is None:
            raise Unavailable(f"needs go to build {name}")
        _build(f"{package}@{version}", folder)
    return made


def _build(package: str, folder: Path) -> None:
    work = folder.with_name(f"{folder.name}.{os.getpid()}")
    environment = {**os.environ, "GOBIN": str(work), "CGO_ENABLED": "0"}
    try:
        subprocess.run(["go", "install", package], check=True, capture_output=True, timeout=BUILD_SECONDS,
                       env=environment)
        if not folder.exists():
            work.rename(folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"cannot build {package} with go install ({type(error).__name__})") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
