"""What we tell people: mails composed from events."""
