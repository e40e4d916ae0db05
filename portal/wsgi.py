"""The web process: `gunicorn portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from portal.incoming.raw_input import RawInputMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
application = RawInputMiddleware(get_wsgi_application())
