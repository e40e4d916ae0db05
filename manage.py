#!/usr/bin/env python
"""Run a command of the project: `manage.py sweep`, `manage.py check_ledger`, …"""

import os
import sys

from django.core.management import execute_from_command_line

from core.call_stack import with_room

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    with_room(execute_from_command_line)(sys.argv)
