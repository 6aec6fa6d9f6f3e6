"""`rowtime serve`: ready line, clean end, clear errors."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from rowtime.errors import RowtimeError
from rowtime.serve import Stack

FREE = ["--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--ksql", "127.0.0.1:0"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rowtime.cli", *arguments]


def fails(*arguments: str) -> str:
    """The one line on standard error of a start that is refused."""
    done = subprocess.run(command("serve", *arguments), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM on Windows")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_stop(tmp_path, number):
    process = subprocess.Popen(command("serve", "--data-dir", str(tmp_path / "d"), *FREE, "--no-ksql", "--json"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    host, _, port = ready["kafka"].rpartition(":")
    socket.create_connection((host, int(port)), 10).close()
    process.send_signal(number)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (0, "", "")


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = fails("--data-dir", str(tmp_path), *FREE[2:], "--kafka", address, "--no-ksql")
    assert f"cannot listen on {address}" in line


def test_a_data_directory_in_use(tmp_path):
    with Stack(tmp_path / "d", with_ksql=False):
        assert "is in use by another process" in fails("--data-dir", str(tmp_path / "d"), *FREE, "--no-ksql")


@pytest.mark.parametrize(("arguments", "words"), [
    (("--kafka", "0.0.0.0:0"), "no authentication"),
    (("--kafka", "localhost"), "write HOST:PORT"),
])
def test_wrong_addresses(tmp_path, arguments, words):
    assert words in fails("--data-dir", str(tmp_path), *FREE[2:], *arguments, "--no-ksql")


def test_a_process_that_dies_ends_the_command(tmp_path):
    process = subprocess.Popen(command("serve", "--data-dir", str(tmp_path / "d"), *FREE, "--no-ksql"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
    if not children:
        process.kill()
        pytest.skip("pgrep is not installed")
    os.kill(int(children[0]), signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "broker process ended with exit code -9" in errors


def test_the_processes_end_with_their_parent(tmp_path):
    with Stack(tmp_path / "d", with_ksql=False) as stack:
        broker = stack.broker
        assert broker is not None and broker.process.stdin is not None
        broker.process.stdin.close()
        assert broker.process.wait(30) == 0
        assert stack.ended.wait(10) and "exit code 0" in (stack.failure() or "")


def test_a_stack_in_memory_and_a_second_start(tmp_path):
    stack = Stack(None, with_ksql=False)
    for _ in range(2):
        with stack:
            assert stack.kafka and stack.registry.startswith("http://127.0.0.1:")
    with pytest.raises(RowtimeError, match="format"):
        (tmp_path / "format").write_text("999")
        Stack(tmp_path, with_ksql=False).start()


def test_help_shows_an_example_and_loads_nothing_heavy():
    done = subprocess.run(command("serve", "--help"), capture_output=True, text=True, timeout=60)
    assert "Example: rowtime serve" in done.stdout
    check = "import sys, rowtime.cli; print(sorted({'aiokafka', 'asyncio', 'hypercorn', 'kio'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=60)
    assert loaded.stdout.strip() == "[]"
