"""What an editor does and what is announced: each row of the table of publishing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.models import GroupApprovalTask, Page, Revision, Workflow, WorkflowTask
from wagtail.test.utils.form_data import querydict_from_html

from cms.models import CongressPage
from tasks import outbox
from tasks.announcements.models import Announcement, AnnouncementVersion, Reason
from tasks.announcements.reconcile import backfill
from tasks.announcements.route import route_due
from tasks.announcements.schedule import publish_due
from tasks.newsletter.models import Delivery
from tasks.social.models import Post, SocialAccount
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber


def announced() -> list[tuple[str, int]]:
    """(title, edition) of every version that goes out, in order."""
    versions = AnnouncementVersion.objects.filter(silenced="").order_by("pk")
    return [
        (version.title, version.announcement.edition) for version in versions.select_related("announcement")
    ]


def test_first_publication_is_announced(site_tree: SiteTree) -> None:
    publish(draft(site_tree.news["de"], title="Kongress"))
    assert announced() == [("Kongress", 1)]


def test_first_publication_by_creating_in_the_admin_is_announced(site_tree: SiteTree, admin_client) -> None:
    parent = site_tree.news["de"]
    url = reverse("wagtailadmin_pages:add", args=["cms", "congresspage", parent.pk])
    html = admin_client.get(url).content.decode()
    data = querydict_from_html(html, form_id="page-edit-form").dict() | {
        "title": "Neu",
        "slug": "neu",
        "lead": "Kurz.",
        "body-count": "0",
        "programme-count": "0",
        "action-publish": "1",
    }
    response = admin_client.post(url, data)
    assert response.status_code == 302, response.context["form"].errors
    assert announced() == [("Neu", 1)]


def test_draft_is_not_announced(site_tree: SiteTree) -> None:
    draft(site_tree.news["de"])
    assert not Announcement.objects.exists()


def test_later_edit_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    publish(page, title="Kongress!")
    assert announced() == [("Kongress", 1)]


def test_later_edit_with_announce_again_is_a_second_edition(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    page = publish(page, title="Neuer Ort", announce="again")
    assert announced() == [("Kongress", 1), ("Neuer Ort", 2)]


def test_announce_again_holds_for_one_publication_only(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    page = publish(page, announce="again")
    page = publish(page, title="Tippfehler behoben")
    assert page.announce == "first"
    assert [edition for _, edition in announced()] == [1, 2]


def test_scheduling_a_page_that_was_never_live_waits_for_its_time(site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"], title="Später")
    _schedule(page, timezone.now() + timedelta(hours=1))
    assert announced() == []
    _time_passes(page)
    assert publish_due() == 1
    assert announced() == [("Später", 1)]
    assert publish_due() == 0


def test_scheduled_edit_of_a_live_page_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    _schedule(page, timezone.now() + timedelta(hours=1))
    assert announced() == [("Kongress", 1)]
    _time_passes(page)
    assert publish_due() == 1
    assert announced() == [("Kongress", 1)]


def test_approval_in_a_workflow_is_announced(site_tree: SiteTree, admin_user) -> None:
    workflow = Workflow.objects.create(name="Freigabe")
    task = GroupApprovalTask.objects.create(name="Vier Augen")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    page = draft(site_tree.news["de"], title="Geprüft")
    workflow.start(page, admin_user)
    assert announced() == []
    page.current_workflow_task_state.specific.approve(user=admin_user)
    assert announced() == [("Geprüft", 1)]


def test_one_failing_revision_does_not_hold_up_the_others(site_tree: SiteTree, monkeypatch) -> None:
    broken, fine = draft(site_tree.news["de"]), draft(site_tree.news["de"], title="Gut")
    for page in (broken, fine):
        _schedule(page, timezone.now() + timedelta(hours=1))
        _time_passes(page)
    publish_revision = Revision.publish

    def failing(revision, **kwargs):
        if revision.object_id == str(broken.pk):
            raise RuntimeError("broken page")
        return publish_revision(revision, **kwargs)

    monkeypatch.setattr(Revision, "publish", failing)
    assert publish_due() == 1
    assert announced() == [("Gut", 1)]


def test_expired_page_is_unpublished(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert publish_due() == 1
    page.refresh_from_db()
    assert (page.live, page.expired) == (False, True)


def test_alias_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    page.create_alias(parent=site_tree.news["fr"])
    route_due()
    publish(page, title="Geändert")
    assert announced() == [("Kongress", 1)]


def test_alias_with_a_revision_of_its_own_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    alias = page.create_alias(parent=site_tree.news["fr"])
    alias.live_revision = page.live_revision
    alias.save()
    assert announced() == [("Kongress", 1)]


def test_alias_that_becomes_a_page_of_its_own_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    alias = page.create_alias(parent=site_tree.news["fr"])
    ConvertAliasPageAction(CongressPage.objects.get(pk=alias.pk)).execute()
    outbox.sweep()
    publish(CongressPage.objects.get(pk=alias.pk), title="Eigene Seite")
    assert announced() == [("Kongress", 1)]


def test_revision_that_was_saved_meanwhile_does_not_announce_again(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    latest = page.get_latest_revision_as_object()
    latest.announce = "again"
    asking = latest.save_revision()
    latest.title = "Weiter bearbeitet"
    meanwhile = latest.save_revision()
    asking.publish()
    Revision.objects.get(pk=meanwhile.pk).publish()
    assert [edition for _, edition in announced()] == [1, 2]


def test_mirrored_translation_as_alias_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    page.copy_for_translation(site_tree.homes["fr"].locale, alias=True)
    publish(page)
    assert announced() == [("Kongress", 1)]


def test_copy_of_a_live_page_is_silent_until_the_editor_asks(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    copied = page.copy(update_attrs={"slug": "kopie", "title": "Kopie"}, keep_live=True)
    publish(CongressPage.objects.get(pk=copied.pk), title="Kopie, bearbeitet")
    assert announced() == [("Kongress", 1)]
    publish(CongressPage.objects.get(pk=copied.pk), title="Kopie, mit Absicht", announce="again")
    assert announced() == [("Kongress", 1), ("Kopie, mit Absicht", 2)]


def test_copy_as_a_draft_is_announced_when_it_goes_live(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="2025"))
    copied = page.copy(update_attrs={"slug": "kopie", "title": "2026"}, keep_live=False)
    publish(CongressPage.objects.get(pk=copied.pk))
    assert announced() == [("2025", 1), ("2026", 1)]


def test_copy_of_a_draft_with_keep_live_is_announced_when_it_goes_live(site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"], title="Entwurf")
    copied = page.copy(update_attrs={"slug": "kopie"}, keep_live=True)
    assert CongressPage.objects.get(pk=copied.pk).first_published_at is not None
    publish(CongressPage.objects.get(pk=copied.pk))
    assert announced() == [("Entwurf", 1)]


def test_copy_does_not_inherit_the_decision(site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"], announce="never")
    copied = page.copy(update_attrs={"slug": "kopie"}, keep_live=False)
    assert CongressPage.objects.get(pk=copied.pk).announce == "first"


def test_unpublish_and_publish_the_same_revision_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress", announce="first"))
    revision = page.live_revision
    page.unpublish()
    revision.publish()
    assert announced() == [("Kongress", 1)]


def test_unpublish_and_publish_a_revision_that_asked_is_silent(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    page = publish(page, announce="again")
    revision = Revision.objects.get(pk=page.live_revision_id)
    page.unpublish()
    revision.publish()
    assert [edition for _, edition in announced()] == [1, 2]


def test_inserted_as_live_is_found_by_the_sweeper_only_if_recent(site_tree: SiteTree) -> None:
    parent = Page.objects.get(pk=site_tree.news["de"].pk)
    now = timezone.now()
    parent.add_child(instance=_live("neu", first_published_at=now))
    parent.add_child(instance=_live("alt", first_published_at=now - timedelta(days=30)))
    parent.add_child(instance=_live("ohne"))
    parent.add_child(instance=_live("stumm", first_published_at=now, announce="never"))
    assert announced() == []
    outbox.sweep()
    assert announced() == [("neu", 1)]


def test_page_marked_never_is_not_announced(site_tree: SiteTree) -> None:
    publish(draft(site_tree.news["de"], announce="never"))
    assert announced() == []
    assert AnnouncementVersion.objects.get().silenced == Reason.EDITOR


def test_page_that_was_live_before_is_known_and_its_edit_silent(site_tree: SiteTree) -> None:
    page = Page.objects.get(pk=site_tree.news["de"].pk).add_child(instance=_live("alt"))
    assert backfill() == 1
    publish(page)
    assert announced() == []
    assert backfill() == 0


def test_move_carries_the_address_of_what_is_pending(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], slug="kongress"))
    route_due()
    version = AnnouncementVersion.objects.get()
    assert version.content.url.endswith("/aktuelles/kongress/")
    page.move(site_tree.homes["de"], pos="last-child")
    version.refresh_from_db()
    assert version.content.url.endswith("/de/kongress/")


def test_new_slug_carries_the_address_of_what_is_pending(
    site_tree: SiteTree, django_capture_on_commit_callbacks
) -> None:
    page = publish(draft(site_tree.news["de"], slug="kongress"))
    route_due()
    with django_capture_on_commit_callbacks(execute=True):
        publish(page, slug="tagung")
    assert AnnouncementVersion.objects.get().content.url.endswith("/aktuelles/tagung/")


def test_unpublish_stops_what_is_not_out(site_tree: SiteTree) -> None:
    subscriber("de")
    page = publish(draft(site_tree.news["de"]))
    route_due()
    page.unpublish()
    delivery = Delivery.objects.get()
    assert delivery.state == "suppressed"
    assert delivery.campaign.state in ("done", "sending")


def test_delete_withdraws_the_post_and_keeps_its_remote_id(site_tree: SiteTree) -> None:
    from tasks.social.noticeboard.models import Notice
    from tasks.social.posts.sending import send_posts

    SocialAccount.objects.create(name="Brett", channel="noticeboard", withdraw=True)
    page = publish(draft(site_tree.news["de"]))
    route_due()
    send_posts(5)
    remote_id = Post.objects.get().remote_id
    assert Notice.objects.filter(pk=remote_id).exists()
    page.delete()
    outbox.drain(5)
    post = Post.objects.get()
    assert post.withdrawn_at is not None
    assert post.remote_id == remote_id
    assert not Notice.objects.exists()
    assert AnnouncementVersion.objects.get().page is None


def test_delete_leaves_the_post_where_the_account_keeps_posts(site_tree: SiteTree) -> None:
    from tasks.social.noticeboard.models import Notice
    from tasks.social.posts.sending import send_posts

    SocialAccount.objects.create(name="Brett", channel="noticeboard", withdraw=False)
    page = publish(draft(site_tree.news["de"]))
    route_due()
    send_posts(5)
    page.delete()
    outbox.drain(5)
    assert Notice.objects.count() == 1
    assert Post.objects.get().withdrawn_at is None


def test_translations_of_one_page_are_one_announcement(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    publish(translation(page, "fr", title="Congrès"))
    assert announced() == [("Kongress", 1), ("Congrès", 1)]
    assert Announcement.objects.count() == 1


def test_a_failing_receiver_does_not_fail_the_publication(site_tree: SiteTree, monkeypatch) -> None:
    def broken(page):
        Announcement.objects.create(translation_key=page.translation_key, edition=None)

    monkeypatch.setattr("tasks.announcements.lifecycle.record_going_live", broken)
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    assert page.live
    monkeypatch.undo()
    outbox.sweep()
    assert announced() == [("Kongress", 1)]


@pytest.mark.parametrize("existing", [0, 200])
def test_recording_costs_a_fixed_number_of_queries(
    site_tree: SiteTree, django_assert_max_num_queries, existing: int
) -> None:
    from tasks.announcements.record import record_going_live

    Announcement.objects.bulk_create(
        Announcement(translation_key=f"00000000-0000-0000-0000-{number:012}") for number in range(existing)
    )
    page = CongressPage.objects.get(pk=draft(site_tree.news["de"]).pk)
    page.live_revision_id = page.latest_revision_id
    with django_assert_max_num_queries(6):
        assert record_going_live(page)


def _live(slug: str, **fields: object) -> CongressPage:
    return CongressPage(title=slug, slug=slug, live=True, **fields)


def _schedule(page: Page, moment) -> None:
    latest = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    latest.go_live_at = moment
    latest.save_revision().publish()


def _time_passes(page: Page) -> None:
    """Let the scheduled moment lie in the past, where Wagtail looks for it."""
    past = timezone.now() - timedelta(minutes=1)
    for revision in Revision.objects.for_instance(page).filter(approved_go_live_at__isnull=False):
        revision.approved_go_live_at = past
        revision.content["go_live_at"] = past.isoformat()
        revision.save()
