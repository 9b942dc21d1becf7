"""The command: `python3 -u .../trivet_worker/__main__.py` or `python3 -u -m trivet_worker`, started by a master."""

import os
import sys

own = os.path.dirname(os.path.abspath(__file__))
# Neither the modules of this folder nor those of the application's may stand for Python's own.
if sys.path[0] in ("", own, os.getcwd()):
    del sys.path[0]
sys.path.insert(0, os.path.dirname(own))

from trivet_worker.worker import run  # noqa: E402

sys.path.remove(os.path.dirname(own))
run()
