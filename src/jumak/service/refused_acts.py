"""What callers were refused for want of a manager's approval: what a PIN then approves is told by the shop (SEC-1).

The request for an approval names an act by its hash, so the page that asks says nothing of what it is about.
What was refused is remembered in memory alone; after a restart an approval is kept without it, and the fact of its
use, which is made where the act is known, says it all the same.
"""

from __future__ import annotations

from collections import OrderedDict

from jumak.domain.approval import ActAbout

_MOST = 1_000


class RefusedActs:
    """What each caller was refused last; the oldest are forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._acts: OrderedDict[tuple[str, str, str], ActAbout] = OrderedDict()

    def note(self, caller_id: str, action: str, act: str, about: ActAbout) -> None:
        """This caller was refused this act. action: without `.request`."""
        key = caller_id, action, act
        self._acts[key] = about
        self._acts.move_to_end(key)
        if len(self._acts) > self._most:
            self._acts.popitem(last=False)

    def about(self, caller_id: str, action: str, act: str) -> ActAbout | None:
        """What that act is about, None when nobody here refused it."""
        return self._acts.get((caller_id, action, act))
