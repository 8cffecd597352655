"""The router as a process, on the real crossbar."""

import json
import os
import urllib.request

import psutil
import pytest

pytestmark = pytest.mark.integration


def post(url, procedure, *args):
    body = json.dumps({"procedure": procedure, "args": list(args)}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return json.load(reply)


def family(pid):
    return [each for each in psutil.pids() if _session(each) == pid]


def _session(pid):
    try:
        return os.getsid(pid)
    except OSError:
        return None


def test_shared_router_answers_calls(router):
    assert post(router.http_url, "observatory.nobody")["error"] == "wamp.error.no_such_procedure"
    assert router.socket_path.is_socket()
    assert router.pid is not None
