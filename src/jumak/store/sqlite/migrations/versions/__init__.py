"""One module per version of the file."""
