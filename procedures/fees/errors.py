"""Errors of the fee engine. FeeUnknown is the base of all."""

from __future__ import annotations

from datetime import date


class FeeUnknown(Exception):
    """No schedule in force says what this case costs: nobody may guess 0."""


class FeeGap(FeeUnknown):
    """A line that was charged before has no rule on this day, so the sum would shrink in silence.

    A line that is abolished is a rule of 0 đồng with its legal basis, never a missing rule.
    """

    def __init__(self, code: str, name: str, kind: str, channel: str, on: date) -> None:
        super().__init__(f"{code} ({kind}, {channel}) has no rule on {on.isoformat()}")
        self.code = code
        self.name = name
        self.kind = kind
        self.channel = channel
        self.on = on


class QuantityMissing(FeeUnknown):
    """A rule multiplies by a number that nobody gave: counting 1 would be a guess."""

    def __init__(self, code: str, quantity: str) -> None:
        super().__init__(f"{code} needs the number of {quantity}")
        self.code = code
        self.quantity = quantity


class FeeAmbiguous(FeeUnknown):
    """Two rules for the same line fit equally well: charging either would be a guess."""

    def __init__(self, code: str, on: date) -> None:
        super().__init__(f"two rules fit {code} equally well on {on.isoformat()}")
        self.code = code
        self.on = on
