"""Qinglu 青路: keeps overseas infrastructure green."""

__version__ = "0.1.0"
