"""The public archive: mails as they were sent, without anybody's own links."""
