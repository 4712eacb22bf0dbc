"""Counterpoint: answers recycled public-sector IT failure anecdotes with sourced success stories."""

__version__ = "0.1.0"
