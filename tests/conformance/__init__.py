"""What every gateway must do. Import it to test an adapter of your own: see `gateways/conformance/specimens.py`."""

import pytest

# Whoever imports the suite from another package sees what an assertion compared, too.
pytest.register_assert_rewrite(
    "tests.conformance.test_conformance", "tests.conformance.test_fuzz", "tests.conformance.test_outgoing"
)
