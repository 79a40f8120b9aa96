"""Nador: courses and certificates that are believed."""
