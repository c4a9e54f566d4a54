"""The running shop of the server's tests, for use cases that need one."""

from tests.server.conftest import desk, served

__all__ = ["desk", "served"]
