"""Triggers of this app: an account of staff and one of a citizen are never the same.

Whoever takes over the one gains nothing of the other.
"""

from __future__ import annotations

import pgtrigger

from core.database.triggers import Guard


class NoCitizen(Guard):
    """A citizen's account holds no role: PostgreSQL refuses with `check_violation`."""

    operation = pgtrigger.Insert | pgtrigger.UpdateOf("user_id")  # type: ignore[no-untyped-call]
    func = """
        IF EXISTS (SELECT 1 FROM agencies_citizen WHERE user_id = NEW.user_id) THEN
            RAISE EXCEPTION 'a citizen''s account holds no role' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


class NoStaff(Guard):
    """An account with a role, or of staff, is no citizen's: PostgreSQL refuses with `check_violation`."""

    operation = pgtrigger.Insert | pgtrigger.UpdateOf("user_id")  # type: ignore[no-untyped-call]
    func = """
        IF EXISTS (SELECT 1 FROM agencies_membership WHERE user_id = NEW.user_id)
            OR EXISTS (SELECT 1 FROM agencies_user WHERE id = NEW.user_id AND (is_staff OR is_superuser)) THEN
            RAISE EXCEPTION 'an account of staff is no citizen''s' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
