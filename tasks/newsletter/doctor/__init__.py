"""Is the sending domain set up well? One module per question; ``examine`` asks them all."""
