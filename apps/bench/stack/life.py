import os, signal, time


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(0.5)
    if path in ("/waits", "/loops"):
        while True:
            time.sleep(60 if path == "/waits" else 0)
    if path == "/stops":
        os.kill(os.getpid(), signal.SIGSTOP)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
