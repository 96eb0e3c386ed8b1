from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0013_webhook_calls'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='webhookcall',
            index=models.Index(fields=['page_ref', 'account'], name='calls_about_page'),
        ),
    ]
