"""The site: settings, addresses and processes. Imports the Celery app so that tasks find it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
