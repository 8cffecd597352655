"""An Alpaca server that shares nothing with ours: a program of its own, of the standard library only.

Telescope 7, J2000, of the interface before Platform 7: no Connect(), no DeviceState; HTTP/1.0, so that each
request has a connection of its own. A slew takes `--seconds`. `python foreign_alpaca.py --port 0` prints the
port that it serves.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

NUMBER = 7
PATH = re.compile(rf"/api/v1/telescope/{NUMBER}/([a-z]+)")
OPEN_TO_ALL = {"connected", "interfaceversion", "name", "description", "driverversion", "driverinfo"}
NOT_IMPLEMENTED, NOT_CONNECTED, INVALID_OPERATION = 0x400, 0x407, 0x40B


class Refused(Exception):
    def __init__(self, number, text):
        super().__init__(text)
        self.number = number


class Telescope:
    def __init__(self, seconds):
        self.seconds = seconds
        self.connected = False
        self.tracking = False
        self.start, self.goal, self.began = (0.0, -80.0), (0.0, -80.0), -1e9
        self.parked = False

    def get(self, name):
        sky = self.where()
        values = {
            "connected": self.connected,
            "interfaceversion": 3,
            "name": "foreign",
            "equatorialsystem": 2,
            "alignmentmode": 1,
            "sitelatitude": -33.0,
            "sitelongitude": 18.5,
            "siteelevation": 1700.0,
            "canslewaltazasync": False,
            "rightascension": sky[0] / 15.0,
            "declination": sky[1],
            "altitude": 45.0,
            "azimuth": 180.0,
            "siderealtime": 1.0,
            "sideofpier": 0,
            "slewing": time.monotonic() < self.began + self.seconds,
            "tracking": self.tracking,
            "atpark": self.parked,
            "utcdate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if name not in values:
            raise Refused(NOT_IMPLEMENTED, f"{name} is not implemented")
        return values[name]

    def put(self, name, values):
        if name == "connected":
            self.connected = values["Connected"].lower() == "true"
        elif name == "tracking":
            self.tracking = values["Tracking"].lower() == "true"
        elif name == "abortslew":
            self.start = self.goal = self.where()
            self.began = -1e9
        elif name == "slewtocoordinatesasync":
            if not self.tracking:
                raise Refused(INVALID_OPERATION, "not tracking")
            self.start, self.began = self.where(), time.monotonic()
            self.goal = (15.0 * float(values["RightAscension"]), float(values["Declination"]))
        else:
            raise Refused(NOT_IMPLEMENTED, f"{name} is not implemented")

    def where(self):
        gone = min(1.0, (time.monotonic() - self.began) / self.seconds)
        return tuple(a + gone * (b - a) for a, b in zip(self.start, self.goal, strict=True))


class Handler(BaseHTTPRequestHandler):
    telescope: Telescope
    number = 0

    def do_GET(self):
        self.answer(dict(parse_qsl(urlsplit(self.path).query)), self.telescope.get)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        values = dict(parse_qsl(body))
        self.answer(values, lambda name: self.telescope.put(name, values))

    def answer(self, values, act):
        found = PATH.fullmatch(urlsplit(self.path).path)
        if found is None:
            self.send_error(400, "no such device")
            return
        Handler.number += 1
        told = {"ServerTransactionID": Handler.number, "ErrorNumber": 0, "ErrorMessage": ""}
        told["ClientTransactionID"] = int(values.get("ClientTransactionID", 0))
        try:
            if not self.telescope.connected and found[1] not in OPEN_TO_ALL:
                raise Refused(NOT_CONNECTED, "not connected")
            told["Value"] = act(found[1])
        except Refused as refused:
            told |= {"ErrorNumber": refused.number, "ErrorMessage": str(refused)}
        text = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.2)
    given = parser.parse_args()
    Handler.telescope = Telescope(given.seconds)
    with ThreadingHTTPServer(("127.0.0.1", given.port), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
