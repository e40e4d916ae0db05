"""What reaches us from outside, checked before any view sees it."""
