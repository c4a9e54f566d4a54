"""The examples below `deploy/`, as far as they can be tried without what they are for."""
