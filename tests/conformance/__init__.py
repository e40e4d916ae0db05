"""What every gateway must do. Import it to test an adapter of your own: see `kit.py`."""
