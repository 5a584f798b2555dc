"""Declarations of tools, one module an area. They import nothing heavy."""
