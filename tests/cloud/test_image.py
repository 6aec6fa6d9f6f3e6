"""The image, without a daemon: what it is built from, that its packages are enough, and its bill of materials."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from fraudstream.addresses import Addresses
from fraudstream.deploy import deploy

PINNED = re.compile(r"^(\S+):\d+\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}$")
BLOCKER = """
import sys
class Absent:
    names = {names!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"no module {{name}} in the image", name=name)
sys.meta_path.insert(0, Absent())
from fraudstream.cli import run
sys.exit(run(sys.argv[1:]))
"""


def names(file: Path) -> set[str]:
    """The packages of a locked requirements file."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==", file.read_text(), re.MULTILINE)
    return {canonicalize_name(name) for name in found}


@pytest.fixture(scope="module")
def absent(root: Path) -> list[str]:
    """Modules that the sidecar's image does not have, but this environment has."""
    there = names(root / "requirements" / "sidecar.txt") | {"fraudstream"}
    return sorted(module for module, packages in packages_distributions().items()
                  if not there & {canonicalize_name(package) for package in packages})


def test_bases_are_pinned_by_digest(root: Path) -> None:
    lines = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", (root / "Dockerfile").read_text(), re.MULTILINE)
    stages: set[str] = set()
    for image, stage in lines:
        assert image in stages or PINNED.match(image), image
        stages.add(stage)
    assert lines[-1][1] == "sidecar"


def test_the_result_builds_and_installs_nothing(root: Path) -> None:
    stages = re.split(r"^FROM ", (root / "Dockerfile").read_text(), flags=re.MULTILINE)
    for name in ("runtime", "tools", "sidecar"):
        text = next(stage for stage in stages if re.match(rf"\S+ AS {name}$", stage, re.MULTILINE))
        assert "apt-get" not in text and "pip install" not in text
    assert "USER 10001:10001" in next(stage for stage in stages if "AS runtime" in stage)
    assert "HEALTHCHECK" in stages[-1]
    build = next(stage for stage in stages if "AS build" in stage)
    installs = re.findall(r"install (--[^\\\n]+)", build)
    assert all("--require-hashes" in line or "--no-index" in line for line in installs), installs
    assert "PIP_ONLY_BINARY=:all:" in build


def test_the_image_s_packages_are_of_the_lock(root: Path) -> None:
    locked = dict(re.findall(r"^(\S+)==(\S+)", (root / "requirements" / "base.txt").read_text(), re.MULTILINE))
    image = dict(re.findall(r"^(\S+)==(\S+)", (root / "requirements" / "sidecar.txt").read_text(), re.MULTILINE))
    assert image.items() <= locked.items()
    assert not {"pyarrow", "altair", "hatchling", "hypercorn", "aiokafka"} & set(image)


@pytest.mark.parametrize("arguments", [
    ["deploy", "--wait", "20"], ["doctor"], ["score", "--check"], ["reconcile"], ["size"], ["models", "list"],
    ["dead-letters", "list"],
], ids=" ".join)
def test_the_image_s_packages_are_enough(stack: Addresses, absent: list[str], arguments: list[str]) -> None:
    assert "pyarrow" in absent and "numpy" not in absent
    deploy(stack)
    program = BLOCKER.format(names=set(absent))
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=120,
                          env={"PATH": "", **stack.environment()})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("requirements", ["base", "sidecar"])
def test_bill_of_materials(root: Path, tmp_path: Path, requirements: str) -> None:
    command = re.search(r"(-m cyclonedx_py requirements .*?) -o", (root / "Makefile").read_text())
    assert command
    out, locked = tmp_path / "bom.json", root / "requirements" / f"{requirements}.txt"
    subprocess.run([sys.executable, "-W", "ignore", *command[1].split(), "-o", str(out), str(locked)], check=True,
                   cwd=root, capture_output=True)
    bom = json.loads(out.read_text())
    assert (bom["bomFormat"], bom["metadata"]["component"]["name"]) == ("CycloneDX", "fraudstream")
    assert {canonicalize_name(component["name"]) for component in bom["components"]} == names(locked)
    for component in bom["components"]:
        assert component["purl"].startswith("pkg:pypi/") and component["version"]
        assert component["externalReferences"][0]["hashes"]
