"""What describes a gateway to the conformance suite (tests/conformance); imported by specimens and tests only."""
