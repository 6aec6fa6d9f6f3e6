"""The group coordinator, classic protocol: members join, one of them assigns, all sync, then they send heartbeats.

Only generations survive a restart (`kafka.group` events): members of before must join again, and no generation or
member id is ever used twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rowtime.kafka.clock import Clock
from rowtime.kafka.errors import ErrorCode, KafkaError
from rowtime.kafka.group import COMPLETING, EMPTY, PREPARING, STABLE, Answer, Group, Member, Protocols
from rowtime.kafka.settings import Settings
from rowtime.log.errors import StorageFull

_RETRY_MS = 1000


@dataclass(frozen=True, slots=True)
class Join:
    """A JoinGroup request; times in ms. `id_required`: a new member gets its id first and joins with it."""

    group: str
    member: str
    instance: str | None
    protocol_type: str
    protocols: Protocols
    session_timeout: int
    rebalance_timeout: int
    client_id: str
    client_host: str
    id_required: bool


class GroupCoordinator:
    """All groups. Calls return at once; what must wait is a future."""

    def __init__(self, clock: Clock, settings: Settings, persist: Callable[[dict[str, Any]], None]):
        self.groups: dict[str, Group] = {}
        self._clock, self._settings, self._persist = clock, settings, persist

    # events

    def on_group(self, payload: dict[str, Any]) -> None:
        """Event kafka.group: a generation began, or the group was deleted."""
        if payload.get("deleted"):
            self.groups.pop(payload["group"], None)
            return
        group = self.groups.setdefault(payload["group"], Group(payload["group"]))
        group.generation = payload["generation"]
        group.protocol_type = payload["protocol_type"]
        group.empty_since = payload["time"]

    def _begin_generation(self, group: Group) -> bool:
        """The next generation is in the log; False, with another try to follow, while the disk is full."""
        event = {
            "group": group.id, "generation": group.generation + 1, "protocol_type": group.protocol_type,
            "time": self._clock.wall(),
        }  # fmt: skip
        try:
            self._persist(event)
        except StorageFull:
            group.rebalance_timer = self._clock.call_later(_RETRY_MS, lambda: self._complete(group))
            return False
        return True

    # join

    def join(self, request: Join) -> Answer:
        """The member's place in the next generation (fields of JoinGroup's response)."""
        self._check_join(request)
        group = self.groups.setdefault(request.group, Group(request.group, empty_since=self._clock.wall()))
        if not request.protocols or not group.accepts(request.protocol_type, [name for name, _ in request.protocols]):
            raise KafkaError(ErrorCode.inconsistent_group_protocol)
        if not request.member:
            return self._join_new(group, request)
        if request.member in group.pending:
            group.pending.pop(request.member).cancel()
            return self._add(group, request, request.member)
        return self._rejoin(group, self._member(group, request.member, request.instance), request)

    def _check_join(self, request: Join) -> None:
        if not request.group:
            raise KafkaError(ErrorCode.invalid_group_id)
        low, high = self._settings.group_min_session_timeout_ms, self._settings.group_max_session_timeout_ms
        if not low <= request.session_timeout <= high:
            raise KafkaError(ErrorCode.invalid_session_timeout)

    def _join_new(self, group: Group, request: Join) -> Answer:
        new_id = f"{request.instance or request.client_id}-{uuid.uuid4()}"
        if request.instance is not None:
            known = group.instances.get(request.instance)
            if known is not None:
                return self._replace_static(group, group.members[known], new_id, request)
        elif request.id_required:
            group.pending[new_id] = self._clock.call_later(
                request.session_timeout, lambda: self._forget_pending(group, new_id)
            )
            return _answer({"error_code": ErrorCode.member_id_required, "member_id": new_id})
        return self._add(group, request, new_id)

    def _forget_pending(self, group: Group, member_id: str) -> None:
        if group.pending.pop(member_id, None) is not None:
            self._try_complete(group)

    def _add(self, group: Group, request: Join, member_id: str) -> Answer:
        member = Member(
            member_id, request.instance, request.client_id, request.client_host, request.session_timeout,
            request.rebalance_timeout, request.protocols,
        )  # fmt: skip
        if not group.members:
            group.protocol_type = request.protocol_type
        group.add(member)
        return self._wait_for_generation(group, member)

    def _rejoin(self, group: Group, member: Member, request: Join) -> Answer:
        unchanged = member.protocols == request.protocols
        self._update(member, request)
        if unchanged and (group.state == COMPLETING or (group.state == STABLE and group.leader != member.id)):
            self._touch(group, member)
            return _answer(self._joined(group, member))
        return self._wait_for_generation(group, member)

    @staticmethod
    def _update(member: Member, request: Join) -> None:
        member.protocols = request.protocols
        member.session_timeout, member.rebalance_timeout = request.session_timeout, request.rebalance_timeout
        member.client_id, member.client_host = request.client_id, request.client_host

    def _replace_static(self, group: Group, member: Member, new_id: str, request: Join) -> Answer:
        """A static member started again: the one before is fenced; the assignment stays if nothing else changed."""
        old_leader = group.leader
        member.refuse(ErrorCode.fenced_instance_id)
        self._update(member, request)
        group.rename(member, new_id)
        if group.state == STABLE and group.elect_protocol() == group.protocol:
            self._touch(group, member)
            return _answer({**self._joined(group, member), "leader": old_leader, "members": ()})
        return self._wait_for_generation(group, member)

    def _wait_for_generation(self, group: Group, member: Member) -> Answer:
        member.refuse(ErrorCode.rebalance_in_progress)
        member.joining = asyncio.get_running_loop().create_future()
        answer = member.joining
        self._stop_session(member)
        self._prepare(group)
        return answer

    # rebalance

    def _prepare(self, group: Group) -> None:
        if group.state != PREPARING:
            for member in group.members.values():
                if member.end_sync({"error_code": ErrorCode.rebalance_in_progress}):
                    self._touch(group, member)
            delay = self._settings.group_initial_rebalance_delay_ms if group.state == EMPTY else 0
            group.state = PREPARING
            self._cancel_timers(group)
            group.delayed = delay > 0
            if group.delayed:
                group.rebalance_timer = self._clock.call_later(delay, lambda: self._delay_over(group))
                return
            self._limit_rebalance(group)
        self._try_complete(group)

    def _delay_over(self, group: Group) -> None:
        group.delayed = False
        self._limit_rebalance(group)
        self._try_complete(group)

    def _limit_rebalance(self, group: Group) -> None:
        longest = max((member.rebalance_timeout for member in group.members.values()), default=0)
        group.rebalance_timer = self._clock.call_later(longest, lambda: self._complete(group))

    def _try_complete(self, group: Group) -> None:
        if group.state == PREPARING and group.all_joined() and not group.delayed:
            self._complete(group)

    def _complete(self, group: Group) -> None:
        """Who has not joined by now is out (static members stay until their session ends)."""
        self._cancel_timers(group)
        for member in list(group.members.values()):
            if member.joining is None and member.instance is None:
                self._stop_session(member)
                group.remove(member)
        if not self._begin_generation(group):
            return
        if not group.members:
            group.state, group.protocol = EMPTY, ""
            return
        group.state, group.protocol = COMPLETING, group.elect_protocol()
        if group.members[group.leader].joining is None:
            group.leader = next((m.id for m in group.members.values() if m.joining is not None), group.leader)
        self._answer_joins(group)

    def _answer_joins(self, group: Group) -> None:
        for member in group.members.values():
            if member.joining is not None and not member.joining.done():
                member.joining.set_result(self._joined(group, member))
            member.joining = None
            self._touch(group, member)
        longest = max(member.rebalance_timeout for member in group.members.values())
        generation = group.generation
        group.sync_timer = self._clock.call_later(longest, lambda: self._expire_sync(group, generation))

    def _expire_sync(self, group: Group, generation: int) -> None:
        """Members that joined but never asked for their assignment are out."""
        if group.state != COMPLETING or group.generation != generation:
            return
        for member in list(group.members.values()):
            if member.syncing is None:
                self._stop_session(member)
                group.remove(member)
        self._prepare(group)

    def _joined(self, group: Group, member: Member) -> dict[str, Any]:
        members: tuple[dict[str, Any], ...] = ()
        if group.leader == member.id:
            members = tuple(
                {"member_id": other.id, "group_instance_id": other.instance, "metadata": other.metadata(group.protocol)}
                for other in group.members.values()
            )
        return {
            "error_code": ErrorCode.none, "generation_id": group.generation, "protocol_type": group.protocol_type,
            "protocol_name": group.protocol, "leader": group.leader, "member_id": member.id, "members": members,
        }

    # sync, heartbeat, leave

    def sync(
        self, group_id: str, generation: int, member_id: str, instance: str | None, assignments: dict[str, bytes]
    ) -> Answer:
        """The member's assignment, when the leader has sent it."""
        group, member = self._in_generation(group_id, generation, member_id, instance)
        if group.state == PREPARING:
            raise KafkaError(ErrorCode.rebalance_in_progress)
        self._touch(group, member)
        if group.state == STABLE:
            return _answer(self._synced(group, member))
        member.end_sync({"error_code": ErrorCode.rebalance_in_progress})
        member.syncing = asyncio.get_running_loop().create_future()
        answer = member.syncing
        if member.id == group.leader:
            self._assign(group, assignments)
        return answer

    def _assign(self, group: Group, assignments: dict[str, bytes]) -> None:
        group.state = STABLE
        self._cancel_timers(group)
        for member in group.members.values():
            member.assignment = assignments.get(member.id, b"")
            member.end_sync(self._synced(group, member))
            self._touch(group, member)

    @staticmethod
    def _synced(group: Group, member: Member) -> dict[str, Any]:
        return {
            "error_code": ErrorCode.none, "protocol_type": group.protocol_type, "protocol_name": group.protocol,
            "assignment": member.assignment,
        }

    def heartbeat(self, group_id: str, generation: int, member_id: str, instance: str | None) -> None:
        """The member lives; KafkaError rebalance_in_progress: it must join again."""
        group, member = self._in_generation(group_id, generation, member_id, instance)
        self._touch(group, member)
        if group.state == PREPARING:
            raise KafkaError(ErrorCode.rebalance_in_progress)

    def leave(self, group_id: str, member_id: str, instance: str | None) -> None:
        """The member goes; the others rebalance."""
        group = self._group(group_id)
        if instance is None and member_id in group.pending:
            group.pending.pop(member_id).cancel()
            self._try_complete(group)
            return
        if instance is not None and not member_id:
            member_id = group.instances.get(instance, "")
        self._remove(group, self._member(group, member_id, instance))

    def _remove(self, group: Group, member: Member) -> None:
        self._stop_session(member)
        member.refuse(ErrorCode.unknown_member_id)
        group.remove(member)
        if group.state == PREPARING:
            self._try_complete(group)
        else:
            self._prepare(group)

    # sessions

    def _touch(self, group: Group, member: Member) -> None:
        self._stop_session(member)
        member.timer = self._clock.call_later(member.session_timeout, lambda: self._expire(group, member))

    @staticmethod
    def _stop_session(member: Member) -> None:
        if member.timer is not None:
            member.timer.cancel()
            member.timer = None

    def _expire(self, group: Group, member: Member) -> None:
        waits = member.joining is not None or member.syncing is not None
        if not waits and group.members.get(member.id) is member:
            self._remove(group, member)

    def _cancel_timers(self, group: Group) -> None:
        for timer in (group.rebalance_timer, group.sync_timer):
            if timer is not None:
                timer.cancel()
        group.rebalance_timer = group.sync_timer = None

    # look-ups

    def _group(self, group_id: str) -> Group:
        if not group_id:
            raise KafkaError(ErrorCode.invalid_group_id)
        group = self.groups.get(group_id)
        if group is None:
            raise KafkaError(ErrorCode.unknown_member_id)
        return group

    @staticmethod
    def _member(group: Group, member_id: str, instance: str | None) -> Member:
        if instance is not None:
            current = group.instances.get(instance)
            if current is not None and current != member_id:
                raise KafkaError(ErrorCode.fenced_instance_id)
        member = group.members.get(member_id)
        if member is None:
            raise KafkaError(ErrorCode.unknown_member_id)
        return member

    def _in_generation(
        self, group_id: str, generation: int, member_id: str, instance: str | None
    ) -> tuple[Group, Member]:
        group = self._group(group_id)
        member = self._member(group, member_id, instance)
        if generation != group.generation:
            raise KafkaError(ErrorCode.illegal_generation)
        return group, member

    def check_commit(
        self, group_id: str, generation: int, member_id: str, instance: str | None, transactional: bool = False
    ) -> None:
        """Whether a commit of offsets with this generation and member is to be taken."""
        if not group_id:
            raise KafkaError(ErrorCode.invalid_group_id)
        group = self.groups.get(group_id)
        if generation < 0 and (group is None or group.state == EMPTY):
            return
        if group is None:
            raise KafkaError(ErrorCode.illegal_generation)
        if generation < 0 and not member_id and instance is None:
            if not transactional:
                raise KafkaError(ErrorCode.unknown_member_id)
            return
        group, member = self._in_generation(group_id, generation, member_id, instance)
        if group.state == COMPLETING:
            raise KafkaError(ErrorCode.rebalance_in_progress)
        if member.timer is not None:
            self._touch(group, member)

    def is_empty(self, group_id: str) -> bool:
        """No members, or no such group."""
        group = self.groups.get(group_id)
        return group is None or not group.members

    def delete(self, group_id: str) -> None:
        """Forget an empty group (its offsets go by the same event)."""
        if not self.is_empty(group_id):
            raise KafkaError(ErrorCode.non_empty_group)
        self._persist({"group": group_id, "deleted": True})

    def close(self) -> None:
        """Stop all timers."""
        for group in self.groups.values():
            self._cancel_timers(group)
            for timer in group.pending.values():
                timer.cancel()
            for member in group.members.values():
                self._stop_session(member)


def _answer(result: dict[str, Any]) -> Answer:
    future: Answer = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future
