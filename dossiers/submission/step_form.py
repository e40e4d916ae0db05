"""What the forms of all submission steps have: the case, who fills them in, and the papers named in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.proof_of_work import ProvenForm
from core.values.documents import Document
from core.values.form_fields import read_documents
from procedures.catalogue.calculator import Offer
from procedures.fees import Counts
from procedures.models import ProcedureCase

#: What was typed: step → field → values, as a browser sends them.
Answers = Mapping[str, Mapping[str, Sequence[str]]]


class StepForm(ProvenForm):
    """One step. `slug` is its address, `title` its heading; `papers` what it says of papers, once it is clean.

    `signed_in` is the căn cước number of who fills it in, where VNeID has told it.
    """

    slug: ClassVar[str]
    title: ClassVar[Any]
    #: Where the answers contradict the case that was chosen: the cases they lead to, with what these cost.
    right_cases: Sequence[Offer] = ()
    #: The numbers its fee depends on.
    counts = Counts((), ())

    def __init__(
        self, case: ProcedureCase, *args: Any, is_assisted: bool = False, signed_in: str = "", **kwargs: Any
    ) -> None:
        self.case, self.is_assisted, self.signed_in = case, is_assisted, signed_in
        self.papers: dict[str, Document] = {}
        super().__init__(*args, **kwargs)
        self.build()
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

    def build(self) -> None:
        """Add the fields that depend on the case."""

    def clean(self) -> dict[str, Any]:
        """Check each paper by its kind and number."""
        data = super().clean()
        self.papers = read_documents(self)
        return self.cleaned_data if data is None else data | self.cleaned_data

    @classmethod
    def is_asked(cls, answers: Answers) -> bool:
        """Whether what was answered so far leaves something to ask here."""
        return True

    @classmethod
    def suggested(cls, answers: Answers) -> dict[str, Any]:
        """Return initial values derived from the answers of other steps."""
        return {}
