"""Handing the result to the citizen."""
