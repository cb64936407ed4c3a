"""PostgreSQL: the only store."""
