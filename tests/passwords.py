"""Passwords that cost nothing to hash and that every installation can still check."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickPasswordHasher(PBKDF2PasswordHasher):
    """The usual hasher with one round: a server in another process reads its hashes too."""

    iterations = 1
