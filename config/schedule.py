"""The whole beat table on one page. Each task sweeps rows that are due."""
