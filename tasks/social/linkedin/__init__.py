"""LinkedIn (learn.microsoft.com/linkedin/marketing)."""
