"""The reports: one file each, typed rows, one source for admin, API and command line."""
