"""The CRMs we can read, one file each, behind one small protocol (`base`)."""
