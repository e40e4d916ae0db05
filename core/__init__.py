"""What every app may use and no domain: text, money, identity, encryption, locks, wake-ups, PDF.

Bottom of the import contract.
"""
