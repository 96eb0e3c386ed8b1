"""The page of the notice board."""

from django.urls import path

from tasks.social.noticeboard import views

urlpatterns = [path("notice-board/", views.board, name="noticeboard")]
