"""Routes at the root of the site: no language in them, and they never change."""

from django.urls import include, path

from tasks.social.activitypub import views

routes = [
    path("ap/inbox", views.shared_inbox, name="shared_inbox"),
    path("ap/notes/<uuid:public_id>", views.note, name="note"),
    path("ap/<int:pk>", views.actor, name="actor"),
    path("ap/<int:pk>/inbox", views.inbox, name="inbox"),
    path("ap/<int:pk>/outbox", views.outbox, name="outbox"),
    path("ap/<int:pk>/followers", views.followers, name="followers"),
    path("ap/<int:pk>/following", views.following, name="following"),
    path(".well-known/webfinger", views.webfinger, name="webfinger"),
    path(".well-known/nodeinfo", views.nodeinfo_links, name="nodeinfo_links"),
    path("nodeinfo/2.1", views.nodeinfo, name="nodeinfo"),
]
urlpatterns = [path("", include((routes, "activitypub")))]
