"""Every call of the operation interface, through OCS's own client; run by OCS's Python.

Usage: ocs_calls.py SITE_FILE INSTANCE. Prints one JSON object: the name of each case and the reply it got.
"""

import json
import sys
import time

from ocs.ocs_client import OCSClient


def await_first_sample(client):
    """Wait until `acq` really runs: OCS's agent forgets a stop that comes before its thread has begun."""
    for _ in range(300):
        if client.acq.status().session.get("data"):
            return
        time.sleep(0.1)
    raise SystemExit("acq published nothing")


def main(site_file, instance):
    client = OCSClient(instance, args=["--site-file", site_file, "--site-host", "localhost"])
    cases = {}

    def case(name, reply):
        cases[name] = [int(reply[0]), reply[1], reply[2]]

    def raw(name, *request):
        cases[name] = client._client.call(client._client.agent_addr + ".ops", *request)

    case("status, none yet", client.delay_task.status())
    case("wait, never run", client.delay_task.wait())
    case("abort, never run", client.delay_task.abort())
    case("start", client.delay_task.start(delay=0.5))
    case("start again", client.delay_task.start(delay=0.5))
    case("wait, timed out", client.delay_task.wait(timeout=0.05))
    case("status, running", client.delay_task.status())
    case("wait, succeeded", client.delay_task.wait())
    case("status, done", client.delay_task.status())
    case("abort, done", client.delay_task.abort())
    case("call a task", client.delay_task(delay=0.1, succeed=False))
    case("start to abort", client.delay_task.start(delay=30))
    case("abort", client.delay_task.abort())
    case("wait, aborted", client.delay_task.wait(timeout=10))
    case("start with a wrong type", client.delay_task.start(delay="soon"))
    case("start with a stray", client.delay_task.start(dleay=1))
    case("status after a rejected start", client.delay_task.status())
    case("start a process", client.acq.start())
    await_first_sample(client)
    case("stop", client.acq.stop())
    case("wait for a process", client.acq.wait(timeout=10))
    case("stop, done", client.acq.stop())
    raw("start unknown", "start", "nonsense", {})
    raw("status unknown", "status", "nonsense", {})
    raw("wait unknown", "wait", "nonsense", {})
    raw("stop unknown", "stop", "nonsense", {})
    raw("abort unknown", "abort", "nonsense", {})
    raw("stop a task", "stop", "delay_task", {})
    raw("abort a process", "abort", "acq", {})
    raw("unknown action", "nonsense", "acq", {})
    raw("a list as parameters of status", "status", "acq", [])
    raw("a list as parameters of start", "start", "acq", [])
    try:
        client._client.call(client._client.agent_addr + ".ops")
        cases["no arguments"] = "accepted"
    except RuntimeError as error:
        cases["no arguments"] = error.args[0][4]
    print(json.dumps(cases))


if __name__ == "__main__":
    main(*sys.argv[1:])
