"""A year of a province's life, written from a seed: what is in it, and how it is kept true: docs/province.md."""
