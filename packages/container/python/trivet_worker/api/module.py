"""The module itself: `import uwsgi` and `import trivet` give the same object.

To add a function is to add a row to the table of its file. What is not there raises AttributeError with the reason, so
that `hasattr` and `getattr` with a default work as with uWSGI's.
"""

import inspect
import sys
import traceback
from types import ModuleType
from typing import Any, Callable, Dict

from . import cache, facts, locks, requests, spool, websocket
from .context import Context, NoRequest
from .missing import reason
from .mules import Mules
from .signals import Signals


class ApiModule(ModuleType):
    """A module whose missing names explain themselves."""

    def __init__(self, api: "Api") -> None:
        super().__init__("uwsgi", "What an application can ask of its server.")
        self.__dict__["_api"] = api

    def __getattr__(self, name: str) -> Any:
        if name == "env":
            try:
                return self.__dict__["_api"].context.core().packet.vars
            except NoRequest as error:
                raise AttributeError(f"uwsgi.env: {error}") from None
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"uwsgi.{name} is not available in Trivet: {reason(name)}")


class Api:
    """The module's state for one process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.signals = Signals(context)
        self.mules = Mules(context)
        self.module = ApiModule(self)
        contents: Dict[str, Any] = {
            **facts.attributes(context),
            **facts.functions(context),
            **locks.functions(context),
            **self.signals.functions(),
            **self.mules.functions(),
            **requests.functions(context),
            **websocket.functions(context),
            **(cache.functions(context.client) if context.shared.get("caches") else {}),
            **(spool.functions(context) if context.shared.get("spoolers") else {}),
            "SPOOL_OK": spool.OK,
            "SPOOL_RETRY": spool.RETRY,
            "SPOOL_IGNORE": spool.IGNORE,
        }
        for name, value in contents.items():
            if inspect.isfunction(value):
                value.__name__ = name
            setattr(self.module, name, value)

    def install(self) -> None:
        """From here on `import uwsgi`, `import trivet` and `import uwsgidecorators` find it."""
        sys.modules["uwsgi"] = sys.modules["trivet"] = self.module
        sys.meta_path.insert(0, DecoratorsFinder())

    def forked(self) -> None:
        """In each process that serves or works, once the application is loaded and no fork is to come."""
        self.context.client.forked()
        hook = self.module.__dict__.get("post_fork_hook")
        for work in [hook, *self.context.forked]:
            if work is not None:
                _run(work)
        self.signals.forked()


class DecoratorsFinder:
    """Finds `uwsgidecorators` here, before one that belongs to an installed uWSGI."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "uwsgidecorators":
            return None
        from importlib.util import spec_from_file_location

        from . import __file__ as own

        return spec_from_file_location(name, own.replace("__init__.py", "uwsgidecorators.py"))


def _run(work: Callable[[], Any]) -> None:
    try:
        work()
    except Exception:
        # A hook that fails is told, and the worker works: as in uWSGI.
        traceback.print_exc()
