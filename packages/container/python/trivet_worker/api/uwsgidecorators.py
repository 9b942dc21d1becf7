"""The decorators of uWSGI's module of this name, on the functions that are here; imported as `uwsgidecorators`."""

import functools
import pickle
import sys
import threading
import traceback
from typing import Any, Callable, Dict, List, Optional

import uwsgi

Function = Callable[..., Any]

#: By name: what the spooler and mules are asked to call.
spooler_functions: Dict[str, Function] = {}
mule_functions: Dict[str, Function] = {}
#: Run in each process once it has been forked, in the order of registration.
postfork_chain: List[Function] = []


def get_free_signal() -> int:
    """A number that nobody has registered."""
    for number in range(256):
        if not uwsgi.signal_registered(number):
            return number
    raise RuntimeError("No free uwsgi signal available")


def postfork_chain_hook() -> None:
    for function in postfork_chain:
        function()


uwsgi.post_fork_hook = postfork_chain_hook


def postfork(given: Any) -> Any:
    """`@postfork` runs in every process, `@postfork(2)` in worker 2 alone."""
    if callable(given):
        postfork_chain.append(given)
        return given

    def register(function: Function) -> Function:
        postfork_chain.append(lambda: function() if given == 0 or given == uwsgi.worker_id() else None)
        return function

    return register


# Signals.


def _on_signal(number: Optional[int], target: str, start: Function) -> Function:
    """Registers a function for a signal, and starts what raises it."""

    def register(function: Function) -> Function:
        chosen = get_free_signal() if number is None else number
        uwsgi.register_signal(chosen, target, function)
        start(chosen)
        return function

    return register


def signal(num: int, target: str = "", **_: Any) -> Function:
    return _on_signal(num, target, lambda number: None)


def timer(secs: int, signum: Optional[int] = None, target: str = "", **_: Any) -> Function:
    return _on_signal(signum, target, lambda number: uwsgi.add_timer(number, secs))


def mstimer(msecs: int, signum: Optional[int] = None, target: str = "", **_: Any) -> Function:
    return _on_signal(signum, target, lambda number: uwsgi.add_ms_timer(number, msecs))


def rbtimer(secs: int, signum: Optional[int] = None, target: str = "", iterations: int = 0, **_: Any) -> Function:
    return _on_signal(signum, target, lambda number: uwsgi.add_rb_timer(number, secs, iterations))


def filemon(fsobj: str, signum: Optional[int] = None, target: str = "", **_: Any) -> Function:
    return _on_signal(signum, target, lambda number: uwsgi.add_file_monitor(number, fsobj))


def cron(
    minute: int, hour: int, day: int, month: int, dayweek: int, signum: Optional[int] = None, target: str = "", **_: Any
) -> Function:
    return _on_signal(signum, target, lambda number: uwsgi.add_cron(number, minute, hour, day, month, dayweek))


# The spooler.


def manage_spool_request(task: Dict[Any, Any]) -> int:
    """What the spooler calls: finds the function that a task was spooled for."""
    vars = {(key.decode() if isinstance(key, bytes) else key): value for key, value in task.items()}
    passed = "args" in vars
    args, kwargs = (pickle.loads(vars.pop(name)) if passed else None for name in ("args", "kwargs"))
    vars = {key: value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) and key != "body" else value for key, value in vars.items()}
    function = spooler_functions.get(vars["ud_spool_func"])
    if function is None:
        raise LookupError(f"the task is for `{vars['ud_spool_func']}`, which the application does not have any more")
    result = function(*args, **kwargs) if passed else function(vars)
    return int(vars.get("ud_spool_ret", result))


uwsgi.spooler = manage_spool_request


class _Spooled:
    """A function that is called later: calling it spools its arguments."""

    fixed: Optional[int] = None

    def __init__(self, function: Function, pass_arguments: bool) -> None:
        if "spooler" not in uwsgi.opt:
            raise RuntimeError(f"you have to enable the uWSGI spooler to use @{type(self).__name__} decorator: set `spooler = FOLDER`")
        self.f = function
        self.pass_arguments = pass_arguments
        functools.update_wrapper(self, function, updated=())
        spooler_functions[function.__name__] = function
        function.spool = self.__call__  # type: ignore[attr-defined]

    def __call__(self, *args: Any, **kwargs: Any) -> bytes:
        task: Dict[str, Any] = {"ud_spool_func": self.f.__name__}
        if self.fixed is not None:
            task["ud_spool_ret"] = str(self.fixed)
        if self.pass_arguments:
            for name in ("message_dict", "spooler", "priority", "at", "body"):
                if name in kwargs:
                    task[name] = kwargs.pop(name)
            task["args"] = pickle.dumps(args)
            task["kwargs"] = pickle.dumps(kwargs)
        else:
            for given in (*args[:1], kwargs):
                task.update({(key.decode() if isinstance(key, bytes) else key): value for key, value in given.items()})
        return uwsgi.spool(task)

    def spool(self, *args: Any, **kwargs: Any) -> bytes:
        return self(*args, **kwargs)


class _spoolraw(_Spooled):
    """The function says itself what becomes of the task."""


class _spool(_Spooled):
    """Once, whatever the function returns."""

    fixed = uwsgi.SPOOL_OK


class _spoolforever(_Spooled):
    """Again and again."""

    fixed = uwsgi.SPOOL_RETRY


def _spool_decorator(kind: type) -> Function:
    def decorate(function: Optional[Function] = None, pass_arguments: bool = False) -> Any:
        if function is None:
            return functools.partial(kind, pass_arguments=pass_arguments)
        return kind(function, pass_arguments)

    return decorate


spoolraw = _spool_decorator(_spoolraw)
spool = _spool_decorator(_spool)
spoolforever = _spool_decorator(_spoolforever)


# Mules.


def mule_msg_dispatcher(message: bytes) -> Any:
    """Calls the function that a `@mulefunc` message names; other messages are somebody else's."""
    try:
        call = pickle.loads(message)
    except Exception:
        return None
    if isinstance(call, dict) and call.get("service") == "uwsgi_mulefunc":
        return mule_functions[call["func"]](*call["args"], **call["kwargs"])
    return None


uwsgi.install_mule_msg_hook(mule_msg_dispatcher)


def mulefunc(given: Any) -> Any:
    """`@mulefunc` calls in whichever mule is free, `@mulefunc(1)` in that one."""

    def decorate(function: Function, mule: int) -> Function:
        mule_functions[function.__name__] = function

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> None:
            message = {"service": "uwsgi_mulefunc", "func": function.__name__, "args": args, "kwargs": kwargs}
            uwsgi.mule_msg(pickle.dumps(message), mule)

        return call

    return decorate(given, 0) if callable(given) else lambda function: decorate(function, given)


def _in_mule(number: int, work: Function) -> None:
    """Registers work that a mule does from its beginning; an error ends the mule, and its master starts another."""

    def begin() -> None:
        if uwsgi.mule_id() == number:
            try:
                work()
            except Exception:
                traceback.print_exc()
                sys.exit(1)

    postfork_chain.append(begin)


def _for_ever(step: Function) -> Function:
    def loop() -> None:
        while True:
            step()

    return loop


def mule(num: int) -> Function:
    """The function is what mule `num` does."""
    return lambda function: _in_mule(num, function)


def muleloop(num: int) -> Function:
    """Again and again."""
    return lambda function: _in_mule(num, _for_ever(function))


def mulemsg_loop(function: Function) -> Function:
    def step() -> None:
        message = uwsgi.mule_get_msg()
        if message:
            function(message)

    return _for_ever(step)


def mulemsg(num: int) -> Function:
    """The function gets each message of mule `num`."""
    return lambda function: _in_mule(num, mulemsg_loop(function))


# The rest.


def lock(function: Function) -> Function:
    """One process at a time; never in the spooler, which cannot lock."""

    @functools.wraps(function)
    def locked(*args: Any, **kwargs: Any) -> Any:
        if uwsgi.i_am_the_spooler():
            return None
        uwsgi.lock()
        try:
            return function(*args, **kwargs)
        finally:
            uwsgi.unlock()

    return locked


def thread(function: Function) -> Function:
    """Calling it starts a daemon thread."""

    @functools.wraps(function)
    def start(*args: Any) -> Function:
        threading.Thread(target=function, args=args, daemon=True).start()
        return function

    return start


def harakiri(seconds: float) -> Function:
    """The process ends when the function takes longer."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            uwsgi.set_user_harakiri(seconds)
            try:
                return function(*args, **kwargs)
            finally:
                uwsgi.set_user_harakiri(0)

        return timed

    return decorate


def __getattr__(name: str) -> Any:
    if name in ("farm", "farm_loop", "rpc", "erlang"):
        raise AttributeError(f"uwsgidecorators.{name} is not available in Trivet")
    raise AttributeError(name)
