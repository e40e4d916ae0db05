"""`gunicorn gateways.sandbox.wsgi`: one process, many threads; needs SANDBOX_CONFIG."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.sandbox"
application = get_wsgi_application()
