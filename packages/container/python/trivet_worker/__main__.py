from .environment import forget_own_path
from .worker import run

forget_own_path()
run()
