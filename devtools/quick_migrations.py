"""Migrating an empty database without building its models anew at each step.

After an operation Django builds the classes of all models that have to do with the changed one. Here nearly every
model has to do with every other: eight thousand classes for three hundred operations, nine tenths of the time of
`migrate`. What an operation writes to the schema depends on the class of its own model alone. Others differ in what a
data migration would read, and an empty database has nothing to be read: not for one that holds rows.
"""

from __future__ import annotations

from django.db.migrations.state import ProjectState


def install() -> None:
    """Let every migration of this process build anew only the model it changes."""
    ProjectState._find_reload_model = _itself  # type: ignore[attr-defined]


def _itself(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    return {(app_label, model_name)}
