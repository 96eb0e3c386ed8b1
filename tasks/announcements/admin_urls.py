"""Routes of the announcement view below ``/admin/announcements/``."""

from django.urls import path

from tasks.announcements import admin_views, archive_switch
from tasks.newsletter import mail_admin
from tasks.social.planning import acting
from tasks.social.planning import views as posts

app_name = "announcements"
urlpatterns = [
    path("<int:page_id>/", admin_views.page_announcements, name="page"),
    path("<int:page_id>/state/", admin_views.state_fragment, name="state"),
    path("<int:page_id>/archive/", archive_switch.switch, name="archive"),
    path("<int:page_id>/act/", admin_views.act, name="act"),
    path("<int:page_id>/posts/", posts.posts, name="posts"),
    path("<int:page_id>/posts/preview/", posts.preview, name="posts_preview"),
    path("<int:page_id>/posts/act/", acting.act, name="posts_act"),
    path("<int:page_id>/mail/", mail_admin.mail, name="mail"),
    path("<int:page_id>/mail/state/", mail_admin.state, name="mail_state"),
    path("<int:page_id>/mail/frame/", mail_admin.frame, name="frame"),
    path("<int:page_id>/mail/test/", mail_admin.send_test, name="test"),
    path("<int:page_id>/confirm/", mail_admin.confirm, name="confirm"),
]
