"""The till and the other pages of the shop in a real browser."""
