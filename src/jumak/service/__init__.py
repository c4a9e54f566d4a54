"""Use cases: one function per message: load, decide, save. They hold no rule of the trade."""
