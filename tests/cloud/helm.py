"""helm, built once from its own source by `go install`, and charts rendered with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

VERSION = "v3.22.0"
KUBERNETES = "1.31.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fraudstream-tests"
BUILD_SECONDS = 1_200.0


class Unavailable(Exception):
    """helm cannot be had here; the text says why."""


class Refused(Exception):
    """What helm says about values or templates that it does not take."""


def helm() -> Path:
    """The program; Unavailable without Go, or offline at the first time."""
    program = CACHE / f"helm-{VERSION}" / "helm"
    if not program.exists():
        if shutil.which("go") is None:
            raise Unavailable("needs go to build helm")
        _build(program)
    return program


def _build(program: Path) -> None:
    work = program.parent.with_name(f"{program.parent.name}.{os.getpid()}")
    environment = {**os.environ, "GOBIN": str(work), "CGO_ENABLED": "0"}
    try:
        subprocess.run(["go", "install", f"helm.sh/helm/v3/cmd/helm@{VERSION}"], check=True, capture_output=True,
                       timeout=BUILD_SECONDS, env=environment)
        if not program.parent.exists():
            work.rename(program.parent)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"cannot build helm {VERSION} with go install ({type(error).__name__})") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def render(chart: Path, *arguments: str, release: str = "bank") -> list[dict[str, Any]]:
    """The objects that a release of the chart would make, hooks included. Raises Refused."""
    command = [str(helm()), "template", release, str(chart), "--kube-version", KUBERNETES, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise Refused(done.stderr)
    return [made for made in yaml.safe_load_all(done.stdout) if made]


def lint(chart: Path, *arguments: str) -> str:
    """What `helm lint --strict` says. Raises Refused."""
    command = [str(helm()), "lint", "--strict", "--kube-version", KUBERNETES, str(chart), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise Refused(done.stdout + done.stderr)
    return done.stdout
