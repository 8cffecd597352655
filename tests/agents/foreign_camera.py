"""A camera that shares nothing with ours: a program of its own, of the standard library only.

Camera 3 of the interface before Platform 7: no Connect(), no DeviceState, no ImageBytes, no cooler, no
shutter, nothing that is optional. `python foreign_camera.py 0` prints the free port that it serves.
"""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

NUMBER, WIDTH, HEIGHT = 3, 40, 30
PATH = re.compile(rf"/api/v1/camera/{NUMBER}/([a-z]+)")
NOT_IMPLEMENTED, INVALID_OPERATION = 0x400, 0x40B
IDLE, EXPOSING = 0, 2


class Camera:
    def __init__(self):
        self.connected = False
        self.begun = None
        self.seconds = 0.0
        self.last = None
        self.settings = {"binx": 1, "biny": 1, "startx": 0, "starty": 0, "numx": WIDTH, "numy": HEIGHT}

    @property
    def exposing(self):
        return self.begun is not None and time.monotonic() < self.begun + self.seconds

    def get(self, name):
        values = {
            **self.settings,
            "connected": self.connected,
            "interfaceversion": 3,
            "name": "foreign",
            "cameraxsize": WIDTH,
            "cameraysize": HEIGHT,
            "maxbinx": 1,
            "maxbiny": 1,
            "pixelsizex": 5.0,
            "pixelsizey": 5.0,
            "exposuremin": 0.01,
            "exposuremax": 100.0,
            "hasshutter": False,
            "canstopexposure": False,
            "camerastate": EXPOSING if self.exposing else IDLE,
            "imageready": self.begun is not None and not self.exposing,
        }
        if self.last and not self.exposing:
            values |= {"lastexposurestarttime": self.last, "lastexposureduration": self.seconds}
            values["imagearray"] = [[100 * x + y for y in range(HEIGHT)] for x in range(WIDTH)]
        return values.get(name)

    def put(self, name, given):
        if name == "connected":
            self.connected = given["Connected"].lower() == "true"
        elif name in self.settings:
            self.settings[name] = int(next(value for key, value in given.items() if key.lower() == name))
        elif name == "startexposure":
            self.begun, self.seconds = time.monotonic(), float(given["Duration"])
            self.last = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        elif name == "abortexposure":
            self.begun = None
        else:
            return NOT_IMPLEMENTED
        return 0


class Handler(BaseHTTPRequestHandler):
    camera = Camera()

    def do_GET(self):
        found = PATH.fullmatch(urlsplit(self.path).path)
        value = self.camera.get(found[1]) if found else None
        self.answer(found, {"Value": value, "Type": 2, "Rank": 2}, NOT_IMPLEMENTED if value is None else 0)

    def do_PUT(self):
        given = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        found = PATH.fullmatch(urlsplit(self.path).path)
        self.answer(found, {}, self.camera.put(found[1], given) if found else 0)

    def answer(self, found, told, error):
        if found is None:
            self.send_error(400, "no such device")
            return
        text = json.dumps({**told, "ErrorNumber": error, "ErrorMessage": "not implemented" if error else ""})
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
