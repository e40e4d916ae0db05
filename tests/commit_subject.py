"""The form of a commit's subject (CONTRIBUTING.md, "Commits"): `area: imperative`, at most 72 characters.

`python -m tests.commit_subject <file>` is the `commit-msg` hook of `.pre-commit-config.yaml`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 72
FORM = re.compile(r"(?P<area>[a-z0-9][\w .'/-]*): (?P<verb>[\w'-]+)( .+)?")
#: Git writes these itself.
WRITTEN_BY_GIT = re.compile(r"(Merge|Revert|fixup!|squash!|amend!) ")
#: Imperatives that end as other forms do.
IMPERATIVES = frozenset({"bring", "embed", "exceed", "feed", "need", "proceed", "seed", "shed", "speed", "string"})


def faults(message: str) -> Iterator[str]:
    """Yield what is wrong with a commit message; nothing for one that git wrote."""
    subject, _, rest = message.partition("\n")
    if WRITTEN_BY_GIT.match(subject):
        return
    if len(subject) > LONGEST:
        yield f"the subject has {len(subject)} characters, at most {LONGEST} are read everywhere"
    if subject.endswith("."):
        yield "the subject ends with a full stop"
    if rest.partition("\n")[0].strip():
        yield "the second line is not empty"
    form = FORM.fullmatch(subject)
    if form is None:
        yield "the subject is not of the form `area: imperative`, one area in small letters"
        return
    verb = form["verb"]
    if not verb[0].islower():
        yield f"`{verb}` begins with a capital"
    elif re.search(r"(ing|ed)$", verb) and verb not in IMPERATIVES:
        yield f"`{verb}` is no imperative: say what the commit does, as an order"


def written(text: str) -> str:
    """Return a message without the comments that git puts below it."""
    above = text.partition("# ------------------------ >8 ------------------------")[0]
    return "\n".join(line for line in above.splitlines() if not line.startswith("#")).strip()


def main() -> int:
    """Check the message in the file that git names; return 1 and say why when its form is wrong."""
    problems = list(faults(written(Path(sys.argv[1]).read_text())))
    sys.stderr.write("".join(f"{fault}\n" for fault in problems))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
