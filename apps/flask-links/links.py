"""A link shortener."""

import getpass
import os
import re
import secrets
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, jsonify, redirect, render_template, request, url_for

LONGEST = 2000
#: Letters that are not taken for each other.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
RESERVED = {"api", "static"}

_name = re.compile(r"[a-z0-9_-]{3,40}").fullmatch


class Mistake(ValueError):
    """What somebody gave cannot be a link; the message says why."""


def create_app(folder=None):
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=16 * 1024, DATABASE=str(data_folder(folder) / "links.sqlite3"))
    with sqlite3.connect(app.config["DATABASE"]) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS links (name TEXT PRIMARY KEY, url TEXT NOT NULL, visits INTEGER NOT NULL DEFAULT 0,"
            " made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) WITHOUT ROWID"
        )
    database.close()
    app.teardown_appcontext(close_database)
    app.add_url_rule("/", view_func=index)
    app.add_url_rule("/", view_func=make, methods=["POST"])
    app.add_url_rule("/<name>", view_func=follow)
    app.add_url_rule("/<name>+", view_func=show)
    app.add_url_rule("/api/links", view_func=api_list)
    app.add_url_rule("/api/links", view_func=api_make, methods=["POST"])
    return app


def data_folder(given):
    """`LINKS_DATA`, or a folder of this user's under the system's temporary one."""
    given = given or os.environ.get("LINKS_DATA")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"trivet-links-{getpass.getuser()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database():
    if "database" not in g:
        g.database = sqlite3.connect(current_app.config["DATABASE"], timeout=20)
        g.database.row_factory = sqlite3.Row
    return g.database


def close_database(_error=None):
    opened = g.pop("database", None)
    if opened is not None:
        opened.close()


def add(url, name):
    """Stores a link and returns its name; raises Mistake."""
    url = str(url or "").strip()
    name = str(name or "").strip().lower()
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or len(url) > LONGEST or any(ord(character) <= 32 for character in url):
        raise Mistake(f"An address begins with http:// or https:// and has at most {LONGEST} characters.")
    if name and (not _name(name) or name in RESERVED):
        raise Mistake("A name has 3 to 40 letters, digits, - or _.")
    for _ in range(20):
        chosen = name or "".join(secrets.choice(LETTERS) for _ in range(6))
        with database() as connection:
            if connection.execute("INSERT OR IGNORE INTO links (name, url) VALUES (?, ?)", (chosen, url)).rowcount:
                return chosen
        if name:
            raise Mistake("That name is taken.")
    raise RuntimeError("no free name was found")


def find(name):
    row = database().execute("SELECT * FROM links WHERE name = ?", (name.lower(),)).fetchone()
    return row if row is not None else abort(404)


def latest():
    return database().execute("SELECT * FROM links ORDER BY made DESC, name LIMIT 20").fetchall()


def as_json(row):
    return {"name": row["name"], "url": row["url"], "visits": row["visits"], "short": url_for("follow", name=row["name"], _external=True)}


def index():
    return render_template("index.html", links=latest(), error=None, url="")


def make():
    try:
        name = add(request.form.get("url"), request.form.get("name"))
    except Mistake as mistake:
        page = render_template("index.html", links=latest(), error=str(mistake), url=request.form.get("url", ""))
        return page, 422
    return redirect(url_for("show", name=name), 303)


def follow(name):
    row = find(name)
    if request.method == "GET":
        with database() as connection:
            connection.execute("UPDATE links SET visits = visits + 1 WHERE name = ?", (row["name"],))
    return redirect(row["url"], 302)


def show(name):
    return render_template("link.html", link=find(name), short=url_for("follow", name=name, _external=True))


def api_list():
    return jsonify([as_json(row) for row in latest()])


def api_make():
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        return jsonify(error="expected a JSON object"), 422
    try:
        name = add(given.get("url"), given.get("name"))
    except Mistake as mistake:
        return jsonify(error=str(mistake)), 422
    return jsonify(as_json(find(name))), 201
