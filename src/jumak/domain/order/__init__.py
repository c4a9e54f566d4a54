"""Orders: their life, their lines, their money (rulebook §1-2)."""
