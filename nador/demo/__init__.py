"""The demo centre, and imports of foreign data sets."""
