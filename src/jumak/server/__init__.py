"""The doors: HTTP, WebSocket and stdio, sign-in and tokens, pushes and resume."""
