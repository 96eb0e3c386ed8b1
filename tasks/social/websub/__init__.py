"""Telling hubs that a feed has changed (W3C Recommendation WebSub)."""
