"""Mutation tests: what breaks in a module's code without any of its tests noticing. `make mutate`.

mutmut and cosmic-ray do not fit: they change function bodies of a copied tree, while half of the
money's rules stand in tables and SQL, and each run needs the suite's own PostgreSQL.
"""
