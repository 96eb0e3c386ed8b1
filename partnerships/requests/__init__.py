"""Requests and offers: who looks for what, who offers what, and how people reach one another."""
