"""The OCS wire: addresses, operation codes, sessions, replies and feed messages."""

from ocs_sim.wire._addresses import (
    agent_address,
    check_field_name,
    check_name,
    every_feed,
    every_heartbeat,
    feed_address,
    ops_address,
    split_feed_address,
)
from ocs_sim.wire._arrays import is_array, is_numeric
from ocs_sim.wire._chunks import MIXED, TEXT, Chunk
from ocs_sim.wire._codes import OpCode, ResponseCode, op_code, op_code_of_session
from ocs_sim.wire._encoders import BlockEncoder
from ocs_sim.wire._errors import BadBlock, BadFeedMessage, BadName, WireError
from ocs_sim.wire._feeds import (
    Block,
    FeedInfo,
    FeedMessage,
    decode_publication,
    encode_blocks,
    encode_message,
)
from ocs_sim.wire._lists_encoder import ListsEncoder
from ocs_sim.wire._msgpack import pack_value
from ocs_sim.wire._packed import BOOLEAN, FLOAT, INTEGER, PackedSamples, pack_columns
from ocs_sim.wire._packed_encoder import PackedEncoder
from ocs_sim.wire._plain import to_plain
from ocs_sim.wire._publications import join_publication, pack_publication, unpack_publication
from ocs_sim.wire._replies import Reply, Text, error, ok, timed_out

__all__ = [
    "BOOLEAN",
    "FLOAT",
    "INTEGER",
    "MIXED",
    "TEXT",
    "BadBlock",
    "BadFeedMessage",
    "BadName",
    "Block",
    "BlockEncoder",
    "Chunk",
    "FeedInfo",
    "FeedMessage",
    "ListsEncoder",
    "OpCode",
    "PackedEncoder",
    "PackedSamples",
    "Reply",
    "ResponseCode",
    "Text",
    "WireError",
    "agent_address",
    "check_field_name",
    "check_name",
    "decode_publication",
    "encode_blocks",
    "encode_message",
    "error",
    "every_feed",
    "every_heartbeat",
    "feed_address",
    "is_array",
    "is_numeric",
    "join_publication",
    "ok",
    "op_code",
    "op_code_of_session",
    "ops_address",
    "pack_columns",
    "pack_publication",
    "pack_value",
    "split_feed_address",
    "timed_out",
    "to_plain",
    "unpack_publication",
]
