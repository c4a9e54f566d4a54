"""What is photographed: a module per screen, a function per picture (see `screenshots.py`)."""
