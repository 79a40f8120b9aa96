"""Templates, issuing, facts and files of certificates."""
