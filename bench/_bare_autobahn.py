"""Time the status call with nothing but autobahn. Usage: _bare_autobahn.py SOCKET CALLS"""

import json
import sys
import time

import uvloop
from twisted.internet import asyncioreactor

asyncioreactor.install(uvloop.new_event_loop())

from autobahn.twisted.rawsocket import WampRawSocketClientFactory  # noqa: E402
from autobahn.twisted.wamp import ApplicationSession  # noqa: E402
from autobahn.wamp.serializer import MsgPackSerializer  # noqa: E402
from autobahn.wamp.types import ComponentConfig  # noqa: E402
from twisted.internet import reactor  # noqa: E402
from twisted.internet.defer import inlineCallbacks  # noqa: E402
from twisted.internet.endpoints import UNIXClientEndpoint  # noqa: E402

socket, calls = sys.argv[1], int(sys.argv[2])


class Session(ApplicationSession):
    @inlineCallbacks
    def onJoin(self, details):  # noqa: N802
        samples = []
        for _ in range(calls):
            began = time.perf_counter()
            yield self.call("observatory.data1.ops", "status", "acq")
            samples.append(time.perf_counter() - began)
        print(json.dumps(samples))
        reactor.stop()


factory = WampRawSocketClientFactory(
    lambda: Session(ComponentConfig(realm="observatory_realm")), serializer=MsgPackSerializer()
)
UNIXClientEndpoint(reactor, socket).connect(factory)
reactor.run()
