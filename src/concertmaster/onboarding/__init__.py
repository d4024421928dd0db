"""Setting a repository up, and finding out why something does not work there. Static, but for questions to GitHub."""
