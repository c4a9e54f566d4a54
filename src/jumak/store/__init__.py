"""Where a shop is kept. `service/ports.py` says what is needed; each folder here is one way to do it."""
