"""`py-autoreload`: looks at the files of all loaded modules, and asks the master for new workers when one has changed.

One worker does it for all; a module that another imports later is seen when this one has it too.
"""

import os
import sys
import threading
import time


def start(seconds, reload):
    """`reload` is called from a thread of its own."""
    threading.Thread(target=_watch, args=(seconds, reload), name="trivet-autoreload", daemon=True).start()


def _watch(seconds, reload):
    known = {}
    changed_files(known)
    while True:
        time.sleep(seconds)
        changed = changed_files(known)
        if changed:
            os.write(2, f"{', '.join(changed)} changed: reloading\n".encode("utf-8", "backslashreplace"))
            reload()


def changed_files(known):
    """Files of modules that were known with another time; all are known afterwards."""
    changed = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not path:
            continue
        try:
            modified = os.stat(path).st_mtime_ns
        except OSError:
            continue
        if known.setdefault(path, modified) != modified:
            known[path] = modified
            changed.append(path)
    return changed
