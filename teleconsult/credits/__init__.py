"""The ledger of credit hours, its rules, its statement and its declaration."""
