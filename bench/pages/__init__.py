"""Every page of the authorization matrix, timed in the running demo: `python -m bench.pages`."""
