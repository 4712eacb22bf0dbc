"""Fits what the matcher loads; imported only when there is something to fit or to evaluate."""
