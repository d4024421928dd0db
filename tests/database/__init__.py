"""Projects on a real PostgreSQL, under the real framework: what migrations and rules say is what happens."""
