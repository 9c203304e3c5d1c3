"""Running recorded histories of imports through the whole pipeline on a real database.

`world` does what the steps of a case ask for, on the `catalogue` of the case; `concessions`
puts back what decisions made different there; `state` reads what the database holds then,
`matching` makes that comparable with what was recorded, and `decisions` says where ours is meant
to be different.
"""
