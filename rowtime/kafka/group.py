"""A consumer group and its members: what is known, no timers and no requests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rowtime.kafka.clock import Timer
from rowtime.kafka.errors import ErrorCode

EMPTY, PREPARING, COMPLETING, STABLE = "Empty", "PreparingRebalance", "CompletingRebalance", "Stable"

Answer = asyncio.Future[dict[str, Any]]
Protocols = tuple[tuple[str, bytes], ...]
"""(assignor or protocol name, the member's metadata for it), in the member's order of preference."""


@dataclass(slots=True, eq=False)
class Member:
    """One consumer; time-outs in ms. `joining` and `syncing` are answers it waits for."""

    id: str
    instance: str | None
    client_id: str
    client_host: str
    session_timeout: int
    rebalance_timeout: int
    protocols: Protocols
    assignment: bytes = b""
    joining: Answer | None = None
    syncing: Answer | None = None
    timer: Timer | None = None

    def metadata(self, protocol: str) -> bytes:
        """What the member sent for a protocol; empty if nothing."""
        return next((data for name, data in self.protocols if name == protocol), b"")

    def refuse(self, code: ErrorCode) -> None:
        """Whoever still waits for this member's answers gets an error."""
        if self.joining is not None and not self.joining.done():
            self.joining.set_result({"error_code": code, "member_id": self.id})
        self.joining = None
        self.end_sync({"error_code": code})

    def end_sync(self, result: dict[str, Any]) -> bool:
        """Answer a waiting SyncGroup; whether there was one."""
        waiting, self.syncing = self.syncing, None
        if waiting is not None and not waiting.done():
            waiting.set_result(result)
        return waiting is not None


@dataclass(slots=True, eq=False)
class Group:
    """`generation` grows for ever, also over restarts; `pending` are member ids given out but not used yet.

    delayed      a group that was empty waits a little for more members
    empty_since  wall-clock ms
    """

    id: str
    generation: int = 0
    state: str = EMPTY
    protocol_type: str = ""
    protocol: str = ""
    leader: str = ""
    empty_since: int = 0
    delayed: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    instances: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Timer] = field(default_factory=dict)
    rebalance_timer: Timer | None = None
    sync_timer: Timer | None = None

    def add(self, member: Member) -> None:
        self.members[member.id] = member
        if member.instance is not None:
            self.instances[member.instance] = member.id
        if not self.leader:
            self.leader = member.id

    def remove(self, member: Member) -> None:
        del self.members[member.id]
        if member.instance is not None and self.instances.get(member.instance) == member.id:
            del self.instances[member.instance]
        if self.leader == member.id:
            self.leader = next(iter(self.members), "")

    def rename(self, member: Member, new_id: str) -> None:
        """A static member came back: same place, new member id."""
        if self.leader == member.id:
            self.leader = new_id
        self.members = {(new_id if key == member.id else key): value for key, value in self.members.items()}
        member.id = new_id
        assert member.instance is not None
        self.instances[member.instance] = new_id

    def common_protocols(self) -> set[str]:
        """Protocols that every member speaks."""
        sets = [{name for name, _ in member.protocols} for member in self.members.values()]
        return set.intersection(*sets) if sets else set()

    def accepts(self, protocol_type: str, names: Iterable[str]) -> bool:
        """Whether a member with these protocols can be in the group."""
        if not self.members:
            return True
        return protocol_type == self.protocol_type and bool(self.common_protocols() & set(names))

    def elect_protocol(self) -> str:
        """The common protocol that most members prefer."""
        common = self.common_protocols()
        votes = Counter(
            next(name for name, _ in member.protocols if name in common) for member in self.members.values()
        )
        return votes.most_common(1)[0][0] if votes else ""

    def all_joined(self) -> bool:
        return not self.pending and all(member.joining is not None for member in self.members.values())
