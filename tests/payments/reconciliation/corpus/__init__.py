"""Statements as banks and spreadsheets write them, each with the rows it holds or the words that refuse it."""
