"""The place an application is loaded in: its folder, its virtual environment, its search path."""

import os
import site
import sys

#: What the master told this worker is nobody else's business: a program that the application starts is no worker.
OWN_VARIABLES = ("LISTEN_FDS", "TRIVET_VERSION", "TRIVET_CONTROL", "TRIVET_TOKEN", "TRIVET_SLOT", "TRIVET_ROLE")


class PlaceError(Exception):
    """The place is not there; the message names the option."""


def take_own_variables():
    """Removes them from the environment and returns them."""
    return {name: os.environ.pop(name, None) for name in OWN_VARIABLES}


def enter(settings):
    """Changes to the folder and builds `sys.path`: `pythonpath`, the folder, the virtual environment, the rest."""
    os.chdir(settings.directory)
    if settings.virtualenv is not None:
        activate(settings.virtualenv)
    front = [os.path.abspath(path) for path in settings.python_path] + [settings.directory]
    sys.path[:0] = [path for path in front if path not in sys.path]


def activate(root):
    """Makes a virtual environment this interpreter's, as far as that can be done after its start (uWSGI's `virtualenv`)."""
    if os.path.realpath(sys.prefix) == os.path.realpath(root):
        # Its own python runs this: all is set.
        return
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = os.path.join(root, "lib", version, "site-packages")
    if not os.path.isdir(packages):
        raise PlaceError(f"`virtualenv`: {root} has no lib/{version}/site-packages, which this Python would read")
    before = list(sys.path)
    site.addsitedir(packages)
    added = [path for path in sys.path if path not in before]
    sys.path[:] = added + [path for path in before if not is_site_folder(path)]
    sys.prefix = sys.exec_prefix = root
    os.environ["VIRTUAL_ENV"] = root


def is_site_folder(path):
    """Whether packages of the system's are there, which a virtual environment is meant to hide."""
    return os.path.basename(path) in ("site-packages", "dist-packages")
