"""Questions in the admin, with their choices on the same page."""

from django.contrib import admin

from .models import Choice, Question


class ChoiceInline(admin.TabularInline):
    model = Choice
    extra = 2


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    list_display = ["text", "asked"]
    search_fields = ["text"]
    inlines = [ChoiceInline]
