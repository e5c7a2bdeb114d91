"""Fitting models to labels."""
