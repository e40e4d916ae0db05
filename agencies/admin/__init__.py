"""Administration of agencies, people, roles and the audit."""

from . import agencies, audit, networks, people, role_proposals, roles  # noqa: F401 - registers its pages
