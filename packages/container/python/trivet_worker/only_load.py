"""For a worker whose application is only to be loaded (`--check`): it says so, serves nothing, and leaves when it is told to."""


def serve(worker):
    """Returns when the worker has drained."""
    worker.announce()
    while not worker.draining:
        worker.receive()
