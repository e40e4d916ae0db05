"""What this app announces; receivers run inside the caller's transaction."""

from django.dispatch import Signal

#: A password or second factor of `user` (User) changed; `change` (str) is the action that the audit holds.
credential_changed = Signal()

#: `user` (User) has no password any more and is to be written how to set one.
invited = Signal()
