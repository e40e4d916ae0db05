"""`gunicorn devtools.sandbox.wsgi`: one process, many threads; needs SANDBOX_CONFIG."""

import os

from django.core.wsgi import get_wsgi_application

# Not setdefault: whoever starts us may be the portal, and a bank knows nothing of its settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "devtools.sandbox.settings"
application = get_wsgi_application()

from devtools.sandbox.citizens.phones import open_mailboxes  # noqa: E402 - only now is Django ready

from .state import courier  # noqa: E402

courier().start()
open_mailboxes()
