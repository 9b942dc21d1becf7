"""`cache_*`: what the processes of a container share through their master, bounded by `cache2`."""

from typing import Any, Callable, Dict, List, Optional

from .client import Client
from .context import to_bytes, to_text


def functions(client: Client) -> Dict[str, Callable[..., Any]]:
    call = client.call

    def name_of(cache: Any) -> Optional[str]:
        if cache is None or cache == "":
            return None
        name = to_text(cache, "the cache")
        if "@" in name:
            raise ValueError(f"the cache `{name}` is another node's: caches here are the container's own")
        return name

    def storing(name: str) -> Callable[..., Any]:
        def store(key: Any, value: Any, expires: int = 0, cache: Any = None) -> Optional[bool]:
            return call(name, to_bytes(key, "the key"), to_bytes(value, "the value"), expires, name_of(cache))

        return store

    def changing(name: str, usual: int) -> Callable[..., Any]:
        def change(key: Any, amount: int = usual, expires: int = 0, cache: Any = None) -> Optional[bool]:
            return call(name, to_bytes(key, "the key"), amount, expires, name_of(cache))

        return change

    def reading(name: str) -> Callable[..., Any]:
        def read(key: Any, cache: Any = None) -> Any:
            return call(name, to_bytes(key, "the key"), name_of(cache))

        return read

    def keys(cache: Any = None) -> List[bytes]:
        return call("cache_keys", name_of(cache))

    return {
        "cache_get": reading("cache_get"),
        "cache_exists": reading("cache_exists"),
        "cache_del": reading("cache_del"),
        "cache_num": lambda key, cache=None: int(reading("cache_num")(key, cache)),
        "cache_set": storing("cache_set"),
        "cache_update": storing("cache_update"),
        "cache_inc": changing("cache_inc", 1),
        "cache_dec": changing("cache_dec", 1),
        "cache_mul": changing("cache_mul", 2),
        "cache_div": changing("cache_div", 2),
        "cache_clear": lambda cache=None: call("cache_clear", name_of(cache)),
        "cache_keys": keys,
    }
