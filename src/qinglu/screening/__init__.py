"""Portfolio × atlas → measures; measures × rulebook → findings."""
