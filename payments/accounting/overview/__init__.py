"""The accountants' first page and its charts."""
