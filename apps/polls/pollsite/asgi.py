"""The application over ASGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pollsite.settings")
application = get_asgi_application()

from .prepare import prepare  # noqa: E402  (Django must have been set up)

prepare()
