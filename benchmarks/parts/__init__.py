"""What the benchmarks share: a database of their own, pinned servers and load."""
