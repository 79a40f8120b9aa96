"""The public log: a Merkle tree of hashes that anybody can keep a copy of, and nobody can rewrite unseen."""
