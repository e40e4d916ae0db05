"""The officers' desk: search box, state, actions, work lists."""
