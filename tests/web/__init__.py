"""Plugins where they really run: in a browser, in Node, in processes of their own."""
