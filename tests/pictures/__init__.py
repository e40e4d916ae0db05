"""The pictures of the documentation: `make pictures` photographs 24 screens of a lived-in province."""
