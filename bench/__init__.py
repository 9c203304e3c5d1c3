"""Benchmarks: the real service measured against floors that no implementation can beat."""
