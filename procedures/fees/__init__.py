"""The fee engine: pure, rules and facts in, lines with explanation out.

`quote` touches no database: `procedures.schedules.load` loads the rules. All amounts are whole
đồng. A quote is frozen into a bill, so it carries everything needed to explain it later.
"""

from .counts import Counts, read_counts
from .coverage import Clash, Gap, clashes, gaps
from .errors import FeeAmbiguous, FeeGap, FeeUnknown, QuantityMissing
from .inputs import (
    AREAS,
    FACT_LABELS,
    ChoiceField,
    FactField,
    choice_fields,
    fact_fields,
    group_fields,
    groups,
)
from .quote import quote, weighed, with_amounts
from .records import ANY, Facts, Line, Quantity, Quote, Reduction, RefundPolicy, Rule, Tier
from .selection import in_force, next_edge

__all__ = [
    "ANY",
    "AREAS",
    "FACT_LABELS",
    "ChoiceField",
    "Clash",
    "Counts",
    "FactField",
    "Facts",
    "FeeAmbiguous",
    "FeeGap",
    "FeeUnknown",
    "Gap",
    "Line",
    "Quantity",
    "QuantityMissing",
    "Quote",
    "Reduction",
    "RefundPolicy",
    "Rule",
    "Tier",
    "choice_fields",
    "clashes",
    "fact_fields",
    "gaps",
    "group_fields",
    "groups",
    "in_force",
    "next_edge",
    "quote",
    "read_counts",
    "weighed",
    "with_amounts",
]
