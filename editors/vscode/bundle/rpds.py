"""A pure-Python substitute for the parts of rpds, which is native code, that jsonschema and referencing use.

They use its persistent maps, sets and lists with a few dozen entries, for which copying is fast enough.
"""


class HashTrieMap(dict):
    @classmethod
    def convert(cls, value):
        return value if isinstance(value, cls) else cls(value)

    def insert(self, key, value):
        return HashTrieMap({**self, key: value})

    def remove(self, key):
        if key not in self:
            raise KeyError(key)
        return HashTrieMap({one: value for one, value in self.items() if one != key})

    def discard(self, key):
        return HashTrieMap({one: value for one, value in self.items() if one != key})

    def update(self, *others, **named):
        new = HashTrieMap(self)
        for other in (*others, named):
            dict.update(new, other)
        return new

    def __hash__(self):
        return hash(frozenset(self.items()))


class HashTrieSet(frozenset):
    @classmethod
    def convert(cls, value):
        return value if isinstance(value, cls) else cls(value)

    def insert(self, value):
        return HashTrieSet(self | {value})

    def remove(self, value):
        if value not in self:
            raise KeyError(value)
        return HashTrieSet(self - {value})

    def discard(self, value):
        return HashTrieSet(self - {value})

    def update(self, *others):
        return HashTrieSet(self.union(*others))


class List(tuple):
    def __new__(cls, *values):
        return super().__new__(cls, values[0] if len(values) == 1 else values)

    @property
    def first(self):
        return self[0]

    @property
    def rest(self):
        return List(self[1:])

    def push_front(self, value):
        return List((value, *self))

    def drop_first(self):
        return List(self[1:])
