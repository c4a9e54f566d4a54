"""`python -m jumak`: the same as `jumak`."""

from jumak.cli import main

main()
