"""Compiled kernels. They see arrays only; shapes and units are in their docstrings.

Compiled code is cached beside the source (or under ``NUMBA_CACHE_DIR``). A change in a function that another
file's kernel calls is not noticed by that cache: after editing, remove ``__pycache__``.
"""
