"""The application over WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pollsite.settings")
application = get_wsgi_application()

from .prepare import prepare  # noqa: E402  (Django must have been set up)

prepare()
