"""What people type: one module per noun of the `jumak` command."""
