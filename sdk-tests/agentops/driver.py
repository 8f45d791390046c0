"""Runs one function of `scenarios` and prints what it returns: `driver.py NAME ARGUMENTS-AS-JSON`."""

import json
import sys
import threading

from common.loopback import only_loopback

REFUSED = only_loopback()

import scenarios  # noqa: E402  (after the guard: the SDK asks the network for its newest version)

if __name__ == "__main__":
    result = getattr(scenarios, sys.argv[1])(**json.loads(sys.argv[2]))
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join(10)
    print("RESULT " + json.dumps({"result": result, "refused": sorted(set(REFUSED))}, default=str), flush=True)
