"""A card terminal and the network behind it, as a process of its own that can be killed, delayed and cut.

`jumak terminal` starts it (rulebook SIM-1, SIM-2). `book.py` is what the network never forgets, `network.py`
decides, `reader.py` is where the guest stands, `serving.py` speaks to the driver, `page.py` shows the reader.
"""
