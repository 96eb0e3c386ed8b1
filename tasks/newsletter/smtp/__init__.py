"""An SMTP client of our own: pipelined (RFC 2920), many connections in one thread, total deadlines.

Neither smtplib nor aiosmtplib pipelines, and both wait for each reply in turn: that is where most of
the time of a sending goes. What matters more is that the outcome depends on where a connection
breaks: before the message nothing can have arrived, after its final dot nobody knows (RFC 1047).
"""
