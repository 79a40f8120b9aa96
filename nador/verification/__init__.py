"""Public and read-only: is this certificate what it says?"""
