"""What keeps a dome from doing as it is told.

OperationFailed
|- DomeFault    it stopped before it had done it
`- NotNow       something else has to end first
"""

from __future__ import annotations

from ocs_sim.agent import OperationFailed


class DomeFault(OperationFailed):
    """{text}"""


class NotNow(OperationFailed):
    """{text}"""
