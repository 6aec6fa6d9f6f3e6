"""Consumer groups: joining, rebalances, sessions, static members, generations over restarts."""

from __future__ import annotations

import asyncio

import pytest
from kio.schema.errors import ErrorCode

from rowtime.kafka.settings import Settings

RANGE = [{"name": "range", "metadata": b"r"}]
SESSION, REBALANCE = 10_000, 60_000


class Member:
    """A consumer as the coordinator sees it."""

    def __init__(self, broker, group="g", instance=None, protocols=RANGE, session=SESSION):
        self.broker, self.group, self.instance, self.protocols, self.session = \
            broker, group, instance, protocols, session
        self.id, self.generation, self.leader, self.members = "", -1, "", ()

    def joining(self, version=7):
        fields = {"group_id": self.group, "session_timeout": self.session, "rebalance_timeout": REBALANCE,
                  "member_id": self.id, "protocol_type": "consumer", "protocols": self.protocols}
        if version >= 5:
            fields["group_instance_id"] = self.instance
        return self.broker.start("join_group", version, **fields)

    async def ask_for_id(self):
        answer = await self.joining()
        assert answer.error_code == ErrorCode.member_id_required
        self.id = answer.member_id

    def take(self, answer):
        assert answer.error_code == ErrorCode.none, answer.error_code
        self.id, self.generation, self.leader = answer.member_id, answer.generation_id, answer.leader
        self.members = [member.member_id for member in answer.members]
        self.protocol = answer.protocol_name
        return self

    def syncing(self, **assignments):
        rows = [{"member_id": member, "assignment": data} for member, data in assignments.items()]
        return self.broker.start("sync_group", group_id=self.group, generation_id=self.generation, member_id=self.id,
                                 group_instance_id=self.instance, protocol_type="consumer",
                                 protocol_name=self.protocol, assignments=rows)

    async def heartbeat(self):
        answer = await self.broker.ask("heartbeat", group_id=self.group, generation_id=self.generation,
                                       member_id=self.id, group_instance_id=self.instance)
        return answer.error_code

    async def commit(self, offset=1, topic="t"):
        answer = await self.broker.ask(
            "offset_commit", group_id=self.group, generation_id_or_member_epoch=self.generation, member_id=self.id,
            group_instance_id=self.instance,
            topics=[{"name": topic, "partitions": [{"partition_index": 0, "committed_offset": offset}]}])
        return answer.topics[0].partitions[0].error_code

    async def leave(self):
        answer = await self.broker.ask("leave_group", group_id=self.group, members=[
            {"member_id": self.id, "group_instance_id": self.instance}])
        return answer.members[0].error_code


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def stable(*members):
    """All join, the leader assigns each member its own id."""
    for member in members:
        if not member.id and member.instance is None:
            await member.ask_for_id()
    joins = [member.joining() for member in members]
    await settled()
    members[0].broker.clock.advance(members[0].broker.node.settings.group_initial_rebalance_delay_ms)
    answers = await asyncio.gather(*joins)
    for member, answer in zip(members, answers, strict=True):
        member.take(answer)
    leader = next(member for member in members if member.id == member.leader)
    given = {member.id: member.id.encode() for member in members}
    synced = await asyncio.gather(*[member.syncing(**(given if member is leader else {})) for member in members])
    assert [answer.assignment for answer in synced] == [member.id.encode() for member in members]
    return leader


@pytest.mark.parametrize("version", range(8))
def test_a_single_member_in_every_version(kafka, version):
    async def scenario():
        member = Member(kafka.Asked())
        if version >= 4:
            await member.ask_for_id()
        member.take(await member.joining(version))
        assert (member.generation, member.leader, member.members) == (1, member.id, [member.id])
        assert (await member.syncing(**{member.id: b"all"})).assignment == b"all"
        assert await member.heartbeat() == ErrorCode.none

    kafka.run(scenario)


def test_two_members_share_a_generation(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two = Member(broker), Member(broker)
        leader = await stable(one, two)
        assert one.generation == two.generation
        assert set(leader.members) == {one.id, two.id}
        assert [await one.heartbeat(), await two.heartbeat()] == [ErrorCode.none] * 2

    kafka.run(scenario)


def test_a_third_member_makes_the_others_join_again(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two, three = Member(broker), Member(broker), Member(broker)
        await stable(one, two)
        await three.ask_for_id()
        waiting = three.joining()
        await settled()
        assert not waiting.done()
        assert await one.heartbeat() == ErrorCode.rebalance_in_progress
        assert (await one.syncing()).error_code == ErrorCode.rebalance_in_progress
        answers = await asyncio.gather(waiting, one.joining(), two.joining())
        assert {answer.generation_id for answer in answers} == {2}

    kafka.run(scenario)


def test_who_does_not_join_again_in_time_is_out(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two, three = Member(broker, session=100_000), Member(broker, session=100_000), Member(broker)
        await stable(one, two)
        await three.ask_for_id()
        waiting, again = three.joining(), one.joining()
        await settled()
        broker.clock.advance(REBALANCE - 1)
        await settled()
        assert not again.done()
        broker.clock.advance(1)
        assert (await again).generation_id == (await waiting).generation_id == 2
        assert await two.heartbeat() == ErrorCode.unknown_member_id
        assert await two.commit() == ErrorCode.unknown_member_id

    kafka.run(scenario)


def test_sessions_end_without_heartbeats_on_the_monotonic_clock(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two = Member(broker), Member(broker)
        await stable(one, two)
        broker.clock.jump(86_400_000)
        broker.clock.advance(SESSION - 1)
        assert await one.heartbeat() == ErrorCode.none
        broker.clock.advance(1)
        assert await one.heartbeat() == ErrorCode.rebalance_in_progress
        assert await two.heartbeat() == ErrorCode.unknown_member_id
        one.take(await one.joining())
        assert one.members == [one.id]

    kafka.run(scenario)


def test_a_member_that_never_syncs_is_out(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two = Member(broker, session=600_000), Member(broker, session=600_000)
        for member in (one, two):
            await member.ask_for_id()
        for member, answer in zip((one, two), await asyncio.gather(one.joining(), two.joining()), strict=True):
            member.take(answer)
        follower = two if one.id == one.leader else one
        waiting = follower.syncing()
        await settled()
        broker.clock.advance(REBALANCE)
        assert (await waiting).error_code == ErrorCode.rebalance_in_progress
        follower.take(await follower.joining())
        assert follower.members == [follower.id]

    kafka.run(scenario)


def test_leaving_rebalances_the_others(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two = Member(broker), Member(broker)
        await stable(one, two)
        assert await two.leave() == ErrorCode.none
        assert await two.leave() == ErrorCode.unknown_member_id
        assert await one.heartbeat() == ErrorCode.rebalance_in_progress
        assert one.take(await one.joining()).generation == 2
        assert await one.leave() == ErrorCode.none
        described = (await broker.ask("describe_groups", groups=["g", "no"])).groups
        assert [row.group_state for row in described] == ["Empty", "Dead"]

    kafka.run(scenario)


def test_the_protocol_most_members_prefer_is_taken(kafka):
    async def scenario():
        broker = kafka.Asked()
        both = [{"name": "sticky", "metadata": b"s"}, *RANGE]
        one, two = Member(broker, protocols=both), Member(broker)
        await stable(one, two)
        assert one.protocol == two.protocol == "range"
        three = Member(broker, protocols=[{"name": "sticky", "metadata": b""}])
        assert (await three.joining()).error_code == ErrorCode.inconsistent_group_protocol

    kafka.run(scenario)


def test_a_static_member_that_comes_back_keeps_its_assignment(kafka):
    async def scenario():
        broker = kafka.Asked(settings=Settings(group_initial_rebalance_delay_ms=10))
        one, two = Member(broker, instance="i1"), Member(broker, instance="i2")
        await stable(one, two)
        old, back = two.id, Member(broker, instance="i2")
        back.take(await back.joining())
        assert (back.generation, back.id != old) == (1, True)
        assert (await back.syncing()).assignment == old.encode()
        assert await one.heartbeat() == ErrorCode.none
        assert await two.heartbeat() == ErrorCode.fenced_instance_id
        assert await two.commit() == ErrorCode.fenced_instance_id

    kafka.run(scenario)


def test_a_static_leader_that_comes_back_does_not_assign(kafka):
    async def scenario():
        broker = kafka.Asked(settings=Settings(group_initial_rebalance_delay_ms=10))
        one, two = Member(broker, instance="i1"), Member(broker, instance="i2")
        leader = await stable(one, two)
        old, back = leader.id, Member(broker, instance=leader.instance)
        back.take(await back.joining())
        assert (back.leader, back.members) == (old, [])
        assert (await back.syncing()).assignment == old.encode()

    kafka.run(scenario)


def test_generations_and_members_are_not_used_again_after_a_restart(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        broker.topic()
        member = Member(broker)
        await stable(member)
        assert await member.commit(7) == ErrorCode.none
        broker.close()
        broker = member.broker = kafka.Asked(tmp_path)
        assert await member.heartbeat() == ErrorCode.unknown_member_id
        assert await member.commit(8) == ErrorCode.unknown_member_id
        old, member.id = member.id, ""
        await stable(member)
        assert (member.generation, member.id != old) == (2, True)
        answer = await broker.ask("offset_fetch", groups=[{"group_id": "g", "topics": None}])
        assert answer.groups[0].topics[0].partitions[0].committed_offset == 7
        broker.close()

    kafka.run(scenario)


def test_an_id_that_is_not_used_is_forgotten(kafka):
    async def scenario():
        broker = kafka.Asked()
        one, two = Member(broker), Member(broker)
        await two.ask_for_id()
        await one.ask_for_id()
        waiting = one.joining()
        await settled()
        assert not waiting.done()
        broker.clock.advance(SESSION)
        assert one.take(await waiting).members == [one.id]
        assert (await two.joining()).error_code == ErrorCode.unknown_member_id

    kafka.run(scenario)


def test_an_empty_group_waits_for_more_members_when_told_to(kafka):
    async def scenario():
        broker = kafka.Asked(settings=Settings(group_initial_rebalance_delay_ms=3000))
        one, two = Member(broker), Member(broker)
        await one.ask_for_id()
        first = one.joining()
        await settled()
        await two.ask_for_id()
        second = two.joining()
        await settled()
        assert not first.done()
        broker.clock.advance(3000)
        assert (await first).generation_id == (await second).generation_id == 1

    kafka.run(scenario)


def test_old_generations_and_strangers_cannot_commit(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        member = Member(broker)
        await stable(member)
        member.generation -= 1
        assert await member.commit() == ErrorCode.illegal_generation
        member.generation = -1
        member.id = ""
        assert await member.commit() == ErrorCode.unknown_member_id
        assert await Member(broker, group="nobody").commit() == ErrorCode.none
        stranger = Member(broker, group="other")
        stranger.id, stranger.generation = "x", 3
        assert await stranger.commit() == ErrorCode.illegal_generation

    kafka.run(scenario)


@pytest.mark.parametrize(("fields", "code"), [
    ({"group": ""}, ErrorCode.invalid_group_id),
    ({"session": 100}, ErrorCode.invalid_session_timeout),
    ({"session": 10_000_000}, ErrorCode.invalid_session_timeout),
    ({"protocols": []}, ErrorCode.inconsistent_group_protocol),
])
def test_wrong_joins(kafka, fields, code):
    async def scenario():
        assert (await Member(kafka.Asked(), **fields).joining()).error_code == code

    kafka.run(scenario)
