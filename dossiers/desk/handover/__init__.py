"""Hand-over at the desk: who takes a result, what they showed, and giving it."""
