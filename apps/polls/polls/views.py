"""The pages."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from .forms import QuestionForm
from .models import Question


@require_GET
def index(request):
    return render(request, "polls/index.html", {"questions": Question.objects.all()[:50]})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    form = QuestionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            return redirect("detail", form.save().pk)
    return render(request, "polls/ask.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, pk):
    question = get_object_or_404(Question, pk=pk)
    if request.method == "POST":
        chosen = request.POST.get("choice", "")
        # Two voters at once count twice.
        voted = chosen.isdecimal() and question.choices.filter(pk=chosen).update(votes=F("votes") + 1)
        if voted:
            return redirect("results", pk)
        return render(request, "polls/detail.html", {"question": question, "error": "Choose one."}, status=422)
    return render(request, "polls/detail.html", {"question": question})


@require_GET
def results(request, pk):
    return render(request, "polls/results.html", {"question": get_object_or_404(Question, pk=pk)})


@require_GET
def picture(request, name):
    get_object_or_404(Question, picture=name)
    try:
        response = FileResponse(open(settings.MEDIA_ROOT / name, "rb"))
    except OSError:
        raise Http404(name) from None
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
