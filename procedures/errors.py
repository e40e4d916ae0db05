"""Errors of fee schedules."""


class ScheduleError(Exception):
    """Base of what this app raises on purpose."""


class IllegalScheduleMove(ScheduleError):
    """A schedule is not in the state that the step begins from."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"a schedule that is {state} cannot be {step}")
        self.state = state
        self.step = step


class SamePerson(ScheduleError):
    """Who prepared a schedule may not approve it."""


class NotIndependent(SamePerson):
    """One of who prepared and who approves gave the other the account or the role by which they act."""


class ScheduleHasErrors(ScheduleError):
    """The linter found errors; `messages` say which, in Vietnamese."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class StartsInThePast(ScheduleError):
    """A schedule may not begin before today: bills of those days are frozen."""
