"""Process 0's end of one worker: started, asked, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from typing import Any

from rowtime.engine.workers import channel
from rowtime.errors import RowtimeError

MODULE = "rowtime.engine.workers.process"
STOP_SECONDS = 10.0


class WorkerProcess:
    """`python -m rowtime.engine.workers.process`, with `environment` over ours.

    on_failed   called with (query id, message, ms) when a query has failed there
    """

    def __init__(self, number: int, environment: Mapping[str, str], on_failed: Callable[[str, str, int], None]):
        self.number = number
        self._environment, self._on_failed = environment, on_failed
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._questions = 0
        self._stopping = False
        self._process: Process | None = None
        self._unsent: list[bytes] = []
        self.running = asyncio.create_task(self._run())

    async def ask(self, name: str, *arguments: Any) -> Any:
        """The worker's answer; RowtimeError when it cannot, or is gone."""
        if self.running.done():
            raise self.lost()
        self._questions += 1
        answer = self._answers[self._questions] = asyncio.get_running_loop().create_future()
        self._send(channel.message(self._questions, name, arguments))
        return await answer

    def tell(self, name: str, *arguments: Any) -> None:
        """Something that is not answered."""
        self._send(channel.message(0, name, arguments))

    def lost(self) -> RowtimeError:
        code = self._process.returncode if self._process is not None else None
        return RowtimeError(f"engine worker {self.number} ended" + ("" if code is None else f" with exit code {code}"))

    async def stop(self) -> None:
        """Orderly; killed when it does not end in time."""
        self._stopping = True
        self.tell("stop")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.running), STOP_SECONDS)
            return
        if self._process is not None:
            self._process.kill()
        await self.running

    def _send(self, data: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            self._unsent.append(data)
        elif not self._process.stdin.is_closing():
            self._process.stdin.write(data)

    async def _run(self) -> None:
        """Until it ends; RowtimeError when nobody has asked it to."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", MODULE, stdin=PIPE, stdout=PIPE, env={**os.environ, **self._environment})
        for data in self._unsent:
            self._send(data)
        assert self._process.stdout is not None
        try:
            while True:
                size = channel.size_of(await self._process.stdout.readexactly(channel.PREFIX))
                self._heard(*channel.content(await self._process.stdout.readexactly(size)))
        except asyncio.IncompleteReadError:
            await self._process.wait()
        self._give_up()
        if not self._stopping:
            raise self.lost()

    def _heard(self, number: int, value: Any, error: str | None) -> None:
        if number == 0:
            self._on_failed(*value)
            return
        answer = self._answers.pop(number)
        if answer.done():
            return
        if error is None:
            answer.set_result(value)
        else:
            answer.set_exception(RowtimeError(f"engine worker {self.number}: {error}"))

    def _give_up(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self.lost())
        self._answers.clear()
