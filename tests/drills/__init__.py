"""Fault drills: the whole system in real processes, real faults, and the banks' books as the judge (`make drill`)."""
