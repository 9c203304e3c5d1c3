"""How recorded cases are run: one module a family, found by the path of the file."""
