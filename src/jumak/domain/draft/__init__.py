"""The draft order: the cart on a till before it is an order (contract, draft-order).

Staff and plugins share it. A line keeps every key it came with, known to us or not, and gives it
back (E-14); what we know of it stands checked beside that.
"""
