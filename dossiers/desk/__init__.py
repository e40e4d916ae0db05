"""The desk: one box, one state that can be read from two metres, one decision; and the lists behind it."""
