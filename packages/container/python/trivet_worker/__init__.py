"""Runs Python applications as a worker of a Trivet master: WORKER.md of @trivet/prefork and the uwsgi protocol.

Python 3.9 or newer, the standard library alone. Start it with `python3 -m trivet_worker` from a master, never by hand.
"""
