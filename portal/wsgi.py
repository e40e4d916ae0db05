"""The web process: `gunicorn portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from portal.incoming.raw_input import RawInputMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
application = RawInputMiddleware(get_wsgi_application())
resolve("/")  # loads every view now, in the process from which gunicorn forks its workers, not at the first request
