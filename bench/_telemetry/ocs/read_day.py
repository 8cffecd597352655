"""Time reading from g3 files with so3g. Run by OCS's Python.

Usage: read_day.py DIRECTORY FIELD BEGIN HOURS
"""

import json
import sys
import time

from so3g.hk import load_range


def main(directory, field, begin, hours):
    began = time.perf_counter()
    name = f"observatory.data1.feeds.load.{field}"
    # Without `pre_proc_dir`: so3g 0.2.9 cannot pickle the index that it would keep there.
    found = load_range(begin, begin + hours * 3600, fields=[name], alias=[field], data_dir=directory)
    print(json.dumps({"one_field_s": time.perf_counter() - began, "samples": len(found[field][0])}))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
