"""The form of the tour: strict, so that no row of it is only said."""

from __future__ import annotations

import re

import pytest

from .playing import IF_OFFERED, SENTENCES
from .reading import TOUR, parts

PAGE = """
## 1. Citizen

| Do | You see |
|---|---|
| Open <http://127.0.0.1:8000/>; press **Tìm** (the yellow one); tick **A** | “16 thủ tục”, and “B” |

```sh
curl a \\
  b
```

You see “401”.
"""


def test_rows_and_commands_are_steps_in_their_order() -> None:
    (part,) = parts(PAGE)
    row, command = part.steps
    assert (row.line, row.acts) == (6, ("Open <http://127.0.0.1:8000/>", "Press **Tìm**", "Tick **A**"))
    assert row.seen == ("16 thủ tục", "B")
    assert (command.acts, command.command, command.seen) == ((), "curl a \\\n  b", ("401",))


def test_a_row_that_promises_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="line 6: nothing"):
        parts(PAGE.replace("“16 thủ tục”, and “B”", "something"))


def test_every_act_is_a_sentence_the_player_knows_and_every_sentence_is_used() -> None:
    tour = parts(TOUR.read_text())
    acts = {act.removeprefix(IF_OFFERED) for part in tour for step in part.steps for act in step.acts}
    acts = {act[0].upper() + act[1:] for act in acts}
    unknown = [act for act in acts if not any(re.fullmatch(pattern, act) for pattern in SENTENCES)]
    assert not unknown
    assert all(any(re.fullmatch(pattern, act) for act in acts) for pattern in SENTENCES)
    assert len(tour) == 12
    assert all(len(part.steps) >= 3 for part in tour)
