"""What is done to certificates: asked for by holders, proposed by one certifier, decided by another."""
