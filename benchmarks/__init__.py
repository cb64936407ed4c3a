"""Measurements that docs quote. None of them is a test."""
