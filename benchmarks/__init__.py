"""Qinglu against its peers on one workload, in one run. See README.md."""
