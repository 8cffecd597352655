"""Time OCS's client; run by OCS's Python. Usage: _ocs_client.py SITE_FILE CALLS"""

import json
import sys
import time

from ocs.ocs_client import OCSClient

site_file, calls = sys.argv[1], int(sys.argv[2])
client = OCSClient("data1", args=["--site-file", site_file, "--site-host", "localhost"])
samples = []
for _ in range(calls):
    began = time.perf_counter()
    client.acq.status()
    samples.append(time.perf_counter() - began)
print(json.dumps(samples))
