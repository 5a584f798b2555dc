"""What a project emits, uses and could save: every figure with unit, source, year, uncertainty and trace."""
