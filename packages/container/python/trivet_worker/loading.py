"""From `module = a.b:c` or `wsgi-file` to the application object."""

import importlib
import importlib.machinery
import importlib.util
import os
import re
import sys
import traceback

#: Tried in this order when no name is given; the first is uWSGI's.
USUAL_NAMES = ("application", "app")

_expression = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?").fullmatch


class LoadError(Exception):
    """There is no such application; the message says what there is."""


class Loaded:
    def __init__(self, application, label):
        self.application = application
        #: `mysite.wsgi:application`, for messages.
        self.label = label


def load(reference):
    """Loads `{"kind": "module" | "file", "module": ..., "callable": ... or None}`; raises LoadError or what the module raises."""
    name = reference["module"]
    if reference["kind"] == "file":
        module = import_file(name)
        shown = os.path.relpath(name)
    else:
        module = importlib.import_module(name)
        shown = name
    wanted = reference.get("callable")
    if wanted is None:
        wanted = next((usual for usual in USUAL_NAMES if hasattr(module, usual)), None)
        if wanted is None:
            raise LoadError(f"{shown} has neither `application` nor `app`; {what_it_has(module)}")
    application = evaluate(module, wanted, shown)
    if not callable(application):
        raise LoadError(f"{shown}:{wanted} is an object of {type(application).__name__}, which cannot be called")
    return Loaded(application, f"{shown}:{wanted}")


def evaluate(module, expression, shown):
    """`name`, `name.name`, or either with `()` for a factory."""
    match = _expression(expression)
    if match is None:
        raise LoadError(f"`callable`: expected a name such as `application`, got `{expression}`")
    value = module
    for name in match[1].split("."):
        if not hasattr(value, name):
            raise LoadError(f"{shown} has no `{match[1]}`; {what_it_has(module)}")
        value = getattr(value, name)
    return value() if match[2] else value


def import_file(path):
    """Runs a file as a module of its own name, as uWSGI names it; its folder is searched last for what it imports."""
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.append(folder)
    name = "uwsgi_file_" + re.sub(r"\W", "_", path)
    loader = importlib.machinery.SourceFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def what_it_has(module):
    names = sorted(name for name, value in vars(module).items() if not name.startswith("_") and callable(value))
    return f"it has `{'`, `'.join(names[:12])}`" if names else "it has nothing that can be called"


def describe_failure(error):
    """The traceback as its author wants it: from the first line outside this package and Python's import machinery."""
    if isinstance(error, LoadError):
        return str(error)
    own = os.path.dirname(os.path.abspath(__file__))
    trace = error.__traceback__
    while trace is not None and is_ours(trace.tb_frame.f_code.co_filename, own):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    if trace is None:
        # A module that is not there, or does not compile: nothing of the application's has run.
        lines = traceback.format_exception_only(type(error), error)
    if isinstance(error, ModuleNotFoundError):
        version = ".".join(map(str, sys.version_info[:3]))
        lines.append(f"looked for by {sys.executable} (Python {version}); `virtualenv` or `python` names another")
    return "".join(lines).rstrip("\n")


def is_ours(filename, own):
    return filename.startswith((own, "<frozen importlib")) or "/importlib/" in filename
