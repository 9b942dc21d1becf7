"""The form that asks a question."""

from django import forms

from .models import Choice, Question

MOST_CHOICES = 20
LARGEST_PICTURE = 2 * 1024 * 1024
#: What is no page and no script, told by how it begins.
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")


class QuestionForm(forms.ModelForm):
    choices = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), help_text="one a line")

    class Meta:
        model = Question
        fields = ["text", "picture"]

    def clean_choices(self):
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if not 2 <= len(lines) <= MOST_CHOICES:
            raise forms.ValidationError(f"There have to be 2 to {MOST_CHOICES} choices.")
        if any(len(line) > 200 for line in lines):
            raise forms.ValidationError("A choice has at most 200 characters.")
        return lines

    def clean_picture(self):
        picture = self.cleaned_data["picture"]
        if picture:
            if picture.size > LARGEST_PICTURE:
                raise forms.ValidationError("A picture has at most 2 MB.")
            if not picture.read(8).startswith(PICTURES):
                raise forms.ValidationError("That is no PNG, JPEG, GIF or WebP.")
            picture.seek(0)
        return picture

    def save(self, commit=True):
        question = super().save(commit)
        Choice.objects.bulk_create(Choice(question=question, text=text) for text in self.cleaned_data["choices"])
        return question
