"""What every feature stands on; knows no Flask and no feature."""
