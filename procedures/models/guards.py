"""Triggers of this app: only the draft of a fee schedule can be edited.

What was proposed stays what the second person approves; what is active stays what was charged by.
"""

from __future__ import annotations

import pgtrigger

from core.database.triggers import Guard


class FrozenSchedule(Guard):
    """A schedule that is no draft only moves on to its next state; nothing else of it changes on the way."""

    func = """
        IF OLD.state = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
        IF TG_OP = 'UPDATE' AND (
            OLD.state IN ('proposed', 'approved') AND NEW.state IN ('draft', 'proposed', 'approved', 'active')
            AND NOT (OLD.state = 'proposed' AND NEW.state = 'active')
            AND (to_jsonb(NEW) - 'state' - 'approved_by_id') = (to_jsonb(OLD) - 'state' - 'approved_by_id')
            AND (OLD.state = 'proposed' OR NEW.state = 'draft' OR NEW.approved_by_id = OLD.approved_by_id)
            OR OLD.state = 'active' AND NEW.state IN ('active', 'retired')
            AND lower(NEW.valid_during) = lower(OLD.valid_during)
            AND (to_jsonb(NEW) - 'state' - 'valid_during') = (to_jsonb(OLD) - 'state' - 'valid_during')
        ) THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'an active fee schedule cannot be changed: make a new version'
            USING ERRCODE = 'restrict_violation';
    """


class FrozenRows(Guard):
    """Rules and exemptions belong to a draft.

    One that is written while its schedule is being proposed waits for that and is refused (FOR SHARE).
    """

    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    declare = [("held", "text")]
    func = """
        SELECT state INTO held FROM procedures_feeschedule
         WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.schedule_id ELSE OLD.schedule_id END FOR SHARE;
        IF held IS NULL OR held = 'draft' THEN
            IF TG_OP <> 'UPDATE' OR NEW.schedule_id = OLD.schedule_id THEN RETURN coalesce(NEW, OLD); END IF;
        END IF;
        RAISE EXCEPTION 'an active fee schedule cannot be changed: make a new version'
            USING ERRCODE = 'restrict_violation';
    """
