"""Read-only boards and exports."""
