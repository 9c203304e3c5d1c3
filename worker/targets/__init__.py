"""Goals and quests: what users follow, how far they are, and what imports change of it."""
