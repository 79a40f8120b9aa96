"""Places on a run: capacity, waitlist, offers, attendance."""
