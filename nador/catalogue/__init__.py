"""Programmes, courses and their versions, runs and meetings."""
