"""Weekly and monthly digests: what was announced since a reader's last one, in one mail."""
