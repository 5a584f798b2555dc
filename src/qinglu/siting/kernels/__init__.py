"""Compiled kernels of siting. They see arrays only; shapes and units are in their docstrings."""
