"""System checks for wrong settings, each with an id and a hint."""
