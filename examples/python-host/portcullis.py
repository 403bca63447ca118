"""The module of Portcullis, asked from Python as wasm/ABI.md describes."""

import json
import struct

import wasmtime

from abi import ABI_VERSION, LIMITS, REASON

LEVELS = ("public", "holder", "operator")
TEXTS = ("tenant", "application", "ip", "needs")


class Refused(Exception):
    """A document is none of its kind. `problems` says where, and why."""

    def __init__(self, problems):
        super().__init__("; ".join(problem["message"] for problem in problems))
        self.problems = problems


class Host:
    """One instance, for one thread. When anything but Refused is raised: deny, and make another."""

    def __init__(self, path):
        engine = wasmtime.Engine()
        module = wasmtime.Module.from_file(engine, path)
        self.store = wasmtime.Store(engine)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory = self.exports["memory"]
        if self.call("abi_version") != ABI_VERSION:
            raise ImportError(f"{path} is not of the version that this host was written for")
        self.window = self.call("window")

    def call(self, name, *arguments):
        return self.exports[name](self.store, *arguments)

    def result(self):
        packed = self.call("result")
        start, length = packed >> 32 & 0xFFFFFFFF, packed & 0xFFFFFFFF
        return self.memory.read(self.store, start, start + length).decode()

    def give(self, document, name, *arguments):
        """Hands bytes over to what is to read them: a handle, or 1 when the answer is the result."""
        self.memory.write(self.store, document, self.call("input", len(document)))
        answer = self.call(name, *arguments)
        if answer == 0:
            raise Refused(json.loads(self.result()))
        return answer

    def decide(self, policy, token, subject, attempt, now, level="operator"):
        """Whether an attempt may pass, and the decision in full; fields that are absent are None or left out."""
        fields = [cut(attempt.get(name), name) for name in LIMITS]
        lengths = (-1 if field is None else len(field) for field in fields)
        frame = struct.pack("<8i", *lengths) + b"".join(field for field in fields if field)
        self.memory.write(self.store, frame, self.window)
        verdict = self.call("decide", policy, token, subject, now)
        if self.call("details", policy, token, subject, now, LEVELS.index(level)) != 1:
            raise ValueError("misuse: a handle that is not open, or an instant out of range")
        return verdict & REASON == 0, self.result()


def cut(text, name):
    """As much of a field as shows that it is too long; what is text is cut behind a character."""
    field, end = text and text.encode(), LIMITS[name] + 1
    while name in TEXTS and field and field[end:] and field[end] & 0xC0 == 0x80:
        end += 1
    return field and field[:end]
