"""The database: how it is reached, asked and written to."""
