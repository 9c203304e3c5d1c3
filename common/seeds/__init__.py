"""Seeds: the catalogue as JSON files, and how they get into the database.

`reading` turns a folder into collections of documents, `rules` and those of the games judge them,
`folders` finds the charts of each folder; these know no database. `loader` writes.

Source: specification, seeds-format.md.
"""
