"""Users, groups and the schedule in the admin's own look."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django_celery_beat.admin import (
    ClockedScheduleAdmin,
    CrontabScheduleAdmin,
    PeriodicTaskAdmin,
    PeriodicTaskForm,
    TaskSelectWidget,
)
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

for _model in (
    get_user_model(),
    Group,
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    SolarSchedule,
    ClockedSchedule,
):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(get_user_model())
class TextrailUserAdmin(UserAdmin, ModelAdmin):
    """Who may sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("groups", "is_active", "is_superuser")
    list_filter_submit = True


@admin.register(Group)
class TextrailGroupAdmin(GroupAdmin, ModelAdmin):
    """What a group of people may do."""


class TextrailTaskSelectWidget(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The list of known tasks."""


class TextrailPeriodicTaskForm(PeriodicTaskForm):
    """The schedule's form with our fields."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TextrailTaskSelectWidget()


@admin.register(PeriodicTask)
class TextrailPeriodicTaskAdmin(PeriodicTaskAdmin, ModelAdmin):
    """The schedule; its rows come from `config/schedule.py`."""

    form = TextrailPeriodicTaskForm


@admin.register(CrontabSchedule)
class TextrailCrontabScheduleAdmin(CrontabScheduleAdmin, ModelAdmin):
    """Times of day."""


@admin.register(IntervalSchedule, SolarSchedule)
class TextrailScheduleAdmin(ModelAdmin):
    """Intervals and suns."""


@admin.register(ClockedSchedule)
class TextrailClockedScheduleAdmin(ClockedScheduleAdmin, ModelAdmin):
    """Single moments."""
