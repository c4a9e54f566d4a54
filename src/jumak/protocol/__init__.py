"""The table of messages, the envelope, errors and scopes; the generators read it."""
