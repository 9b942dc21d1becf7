"""Packets of a shape that has been seen before: the same keys in the same order, values of the same sizes.

A client sends many such packets: they differ in a port, a nonce, a word of the path. What must be the same is compared
in one step, as one large number under a mask; the values are then cut out in another. A packet that differs is read in
the general way, which is the only one that decides what a packet is.
"""

from operator import itemgetter

#: Shapes that are kept, by the size of their block; when there are more, all are forgotten.
SHAPES = 256
#: Packets of one size that have to come, one after another, without the shape that is kept for it, until theirs is.
PATIENCE = 3


class Layout:
    """`keys` and `edges`: each var's key, where its value begins and ends; `nonce` and `skipped` name keys that are no vars."""

    __slots__ = ("_mask", "_fixed", "_keys", "_cut", "_nonce", "count")

    def __init__(self, block, keys, edges, nonce, skipped):
        mask = bytearray(b"\xff" * len(block))
        kept = []
        self._nonce = slice(0, 0)
        for key, (start, end) in zip(keys, edges):
            mask[start:end] = bytes(end - start)
            if key == nonce:
                self._nonce = slice(start, end)
            elif key not in skipped:
                kept.append((key, slice(start, end)))
        self._mask = int.from_bytes(mask, "little")
        self._fixed = int.from_bytes(block, "little") & self._mask
        self._keys = tuple(key for key, _ in kept)
        # Two at least, so that a tuple comes out.
        self._cut = itemgetter(*(cut for _, cut in kept)) if len(kept) > 1 else None
        self.count = len(keys)

    @property
    def useful(self):
        return self._cut is not None

    def fits(self, block):
        return int.from_bytes(block, "little") & self._mask == self._fixed

    def values(self, text):
        """The vars, and the nonce."""
        return dict(zip(self._keys, self._cut(text))), text[self._nonce]
