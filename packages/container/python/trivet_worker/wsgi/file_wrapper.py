"""`wsgi.file_wrapper`: a file as a body. It starts where the file stands, and is closed with the response."""


class FileWrapper:
    """Blocks of a file-like object. Its server may use `file` itself, when nobody has iterated."""

    def __init__(self, file, block_size=65536):
        self.file = file
        self.block_size = block_size
        close = getattr(file, "close", None)
        if close is not None:
            self.close = close

    def __iter__(self):
        return self

    def __next__(self):
        block = self.file.read(self.block_size)
        if block:
            return block
        raise StopIteration
