"""For developers, the demo and the tests: embedded servers, sandbox banks, the demo. Nothing that ships imports it."""
