"""Fees at the desk: state, cash, amounts, explanation."""
