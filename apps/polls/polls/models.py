"""Questions, and the choices that are voted for."""

import uuid

from django.db import models


def picture_name(_question, filename):
    """A name that nobody can guess or choose; the ending stays, for whoever saves it."""
    ending = filename.rpartition(".")[2].lower()
    return f"{uuid.uuid4().hex}.{ending}" if ending.isalnum() and len(ending) <= 5 else uuid.uuid4().hex


class Question(models.Model):
    text = models.CharField(max_length=200)
    asked = models.DateTimeField(auto_now_add=True)
    picture = models.FileField(upload_to=picture_name, blank=True)

    class Meta:
        ordering = ["-asked", "-id"]

    def __str__(self):
        return self.text


class Choice(models.Model):
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(max_length=200)
    votes = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.text
