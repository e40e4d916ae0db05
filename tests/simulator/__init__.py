"""A seeded simulator: true modules, a false bank, a false broker and a false clock (reliability.md A4, SIM and PBT)."""
