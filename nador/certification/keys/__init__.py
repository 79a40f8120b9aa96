"""The keys that an institute signs with."""
