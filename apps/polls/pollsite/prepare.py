"""Makes the tables, and an administrator if one is wanted, when the application is loaded.

Every worker may come here; the first does it, the others wait for it.
"""

import fcntl
import os

from django.conf import settings
from django.core.management import call_command


def prepare() -> None:
    with open(settings.DATA / "prepare.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", interactive=False, verbosity=0)
        password = os.environ.get("POLLS_ADMIN_PASSWORD")
        if password:
            make_administrator(password)


def make_administrator(password: str) -> None:
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "", password)
