"""Where the sample keeps what must outlive it: one private folder."""

import getpass
import os
import secrets
import tempfile
from pathlib import Path


def data_folder() -> Path:
    """`POLLS_DATA`, or a folder of this user's under the system's temporary one."""
    given = os.environ.get("POLLS_DATA")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"trivet-polls-{getpass.getuser()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """The key that signs sessions: made once, the same in all processes."""
    path = folder / "secret-key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")
