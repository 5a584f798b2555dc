"""Tools of the ledger: checked inputs with their units in, an answer out."""
