"""Whether the house is in order: layers, documentation, generated pages."""
