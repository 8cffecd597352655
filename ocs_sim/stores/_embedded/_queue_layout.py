"""How queues lie in an SQLite file: all messages of all queues in one table."""

from __future__ import annotations

from ocs_sim.stores._embedded._database import Format

QUEUES = Format(
    name="queues",
    application_id=0x6F637351,
    version=1,
    schema=(
        "create table messages (sequence integer primary key autoincrement, queue text not null,"
        " message_id text not null, message_group text not null, body text not null, sent_unix real not null,"
        " deliveries integer not null default 0, leased_until_unix real not null default 0, receipt text)",
        "create index messages_in_order on messages (queue, sequence)",
        "create index messages_leased on messages (queue, leased_until_unix)",
        "create unique index messages_by_id on messages (message_id)",
        "create table deduplication (queue text not null, deduplication_id text not null,"
        " message_id text not null, unix real not null, primary key (queue, deduplication_id)) without rowid",
        "create index deduplication_by_age on deduplication (unix)",
    ),
)

# Nothing of a group is delivered while one of its messages is leased. By itself SQLite would look by the
# leases, and sort all that wait.
DELIVERABLE = """
    select sequence, message_id, body, message_group, deliveries, sent_unix
    from messages indexed by messages_in_order
    where queue = :queue and leased_until_unix <= :now and sent_unix > :kept_since
    and message_group not in (
        select message_group from messages
        where queue = :queue and leased_until_unix > :now and sent_unix > :kept_since)
    order by sequence limit :limit
"""
FORGET_OLD = """
    delete from messages where queue = :queue and sequence < coalesce((
        select sequence from messages where queue = :queue and sent_unix > :kept_since
        order by sequence limit 1), 9223372036854775807)
"""
DEPTH = """
    select coalesce(sum(leased_until_unix <= :now), 0), coalesce(sum(leased_until_unix > :now), 0)
    from messages where queue = :queue and sent_unix > :kept_since
"""
MOVE_TO = """
    update messages set queue = :dead_letters, sent_unix = :now, deliveries = 0, leased_until_unix = 0,
    receipt = null, sequence = (select seq + 1 from sqlite_sequence where name = 'messages')
    where sequence = :sequence
"""
