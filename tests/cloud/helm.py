"""helm, and charts rendered with it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml
from go_tools import program

VERSION = "v3.22.0"
KUBERNETES = "1.31.0"


class Refused(Exception):
    """What helm says about values or templates that it does not take."""


def helm() -> Path:
    """The program; go_tools.Unavailable where it cannot be had."""
    return program("helm", "helm.sh/helm/v3/cmd/helm", VERSION)


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
