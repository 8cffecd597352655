"""What an agent says to a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ocs_sim.client._errors import NotSuccessful
from ocs_sim.client._session import Session
from ocs_sim.wire import ResponseCode


class Reply(NamedTuple):
    """Code, message and session, in the order of OCS's OCSReply."""

    status: ResponseCode
    msg: str
    session: Session

    @classmethod
    def decode(cls, raw: Sequence[Any]) -> Reply:
        """Return the reply in what `{address}.ops` returned."""
        status, message, session = raw
        return cls(ResponseCode(status), str(message), Session(session or {}))

    @property
    def ok(self) -> bool:
        """True unless the request was refused or timed out, or the run that it is about has failed."""
        return self.status is ResponseCode.OK and self.session.success is not False

    def raise_if_failed(self) -> Reply:
        """Return this reply if it is ok; raise NotSuccessful, with the agent's own words, if not."""
        if not self.ok:
            raise NotSuccessful(op_name=self.session.op_name or "the request", text=self._why())
        return self

    def _why(self) -> str:
        if self.status is not ResponseCode.OK:
            return self.msg
        said = [text for _, text in self.session.messages if not text.startswith("Status is now")]
        return said[-1] if said else self.msg

    def __repr__(self) -> str:
        from ocs_sim.client._render import reply_text

        return reply_text(self)

    def _repr_html_(self) -> str:
        from ocs_sim.client._render import reply_html

        return reply_html(self)
