"""Plugins on the server: packages, installed copies, processes and their logs (contract, plugin-runtime)."""
