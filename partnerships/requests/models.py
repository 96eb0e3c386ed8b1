"""What is looked for and offered, with the messages, searches and mails about it."""

from partnerships.requests.mail_models import NoticeCount, NoticeMail
from partnerships.requests.notice import Notice, NoticeQuerySet
from partnerships.requests.relay_models import RelayMessage
from partnerships.requests.watch_models import NoticeWatch

__all__ = ["Notice", "NoticeCount", "NoticeMail", "NoticeQuerySet", "NoticeWatch", "RelayMessage"]
