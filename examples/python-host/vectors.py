"""Answers the shared vectors: `python vectors.py MODULE ROOT` compares with what the core answered."""

import json
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from abi import NONE, STORE_UNAVAILABLE
from portcullis import Host, Refused

VERBS = {"apply": "apply", "due": "due", "target": "target", "overview": "overview", "reach": "reach",
         "verifyTrail": "verify_trail", "replay": "replay", "letters": "letters"}


def dump(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Shelves:
    """What vectors name instead of repeating it, as tests/vectors/README.md says."""

    def __init__(self, folder):
        self.named, self.life = (json.loads((folder / name).read_bytes()) for name in ("fixtures.json", "life/fixtures.json"))
        for shelf, named in self.life.items():
            if shelf != "defaults" and isinstance(named, dict):
                self.named[shelf] = {**self.named.get(shelf, {}), **named}

    def vectors(self, document, of_a_life):
        own = {**(self.life["defaults"] if of_a_life else {}), **document.get("defaults", {})}
        for vector in document["vectors"]:
            layers = (self.named["defaults"], own, vector)
            filled = {name: value for layer in layers for name, value in layer.items()}
            for part in ("attempt", "command"):
                filled[part] = {name: value for layer in layers for name, value in (layer.get(part) or {}).items()}
            yield filled

    def expand(self, value):
        if isinstance(value, str):
            return re.sub(r"\{([^{}]*?)(?:\*(\d+))?\}", self.placeholder, value)
        if isinstance(value, list):
            repeated = ([item["of"]] * item["times"] if isinstance(item, dict) and "times" in item else [item] for item in value)
            return [self.expand(item) for items in repeated for item in items]
        return {name: self.expand(item) for name, item in value.items()} if isinstance(value, dict) else value

    def placeholder(self, found):
        unit, times = found.groups()
        return self.named["tokens"].get(unit, found[0]) if times is None else unit * int(times)

    def build(self, shelf, value):
        if isinstance(value, str) and value != "unavailable":
            return self.build(shelf, self.named[shelf][value])
        if isinstance(value, dict) and "like" in value:
            like = {name: own for name, own in self.build(shelf, value["like"]).items() if name not in value.get("without", [])}
            return {**like, **self.expand({name: own for name, own in value.items() if name not in ("like", "without")})}
        return self.expand(value)

    def text(self, shelf, value):
        raw = isinstance(value, dict) and value.get("json")
        return self.expand(raw) if isinstance(raw, str) else dump(self.build(shelf, value))


class Runner:
    def __init__(self, module, root):
        self.host, self.shelves, self.policies = Host(module), Shelves(root / "tests/vectors"), {}

    def answer(self, kind, vector):
        """One line, as every host writes it."""
        try:
            if kind in ("policies", "subjects"):
                return self.opened(kind, vector)
            return self.life(kind, vector) if kind in VERBS else self.decision(vector)
        except Refused as refused:
            return listing(problems=refused.problems)

    def give(self, shelf, document, name, *arguments):
        return self.host.give(self.shelves.text(shelf, document).encode(), name, *arguments)

    def policy(self, vector):
        name = dump(vector["policy"])
        if name not in self.policies:
            self.policies[name] = self.give("policies", vector["policy"], "policy_open")
        return self.policies[name]

    def opened(self, kind, vector):
        policy = self.policy(vector)
        if kind == "subjects":
            self.give("subjects", vector["subject"], "subject_open", policy)
            return listing()
        self.host.call("describe", policy)
        return listing(lints=json.loads(self.host.result())["lints"])

    def decision(self, vector):
        policy, record, subject = self.policy(vector), vector["record"], vector.get("subject")
        token = NONE if record is None else STORE_UNAVAILABLE
        if record not in (None, "unavailable"):
            token = self.give("records", record, "token_open", policy)
        subject = NONE if subject is None else self.give("subjects", subject, "subject_open", policy)
        attempt, level = self.shelves.expand(vector["attempt"]), vector.get("level", "operator")
        _, answer = self.host.decide(policy, token, subject, attempt, millis(vector["now"]), level)
        for handle in {token, subject} - {NONE, STORE_UNAVAILABLE}:
            self.host.call("close", handle)
        return answer

    def life(self, verb, vector):
        policy, now = self.policy(vector), millis(vector["now"])
        entropy, key = drawn(vector.get("entropy")), (vector.get("key") or "").encode()
        before, arguments = {
            "apply": (entropy + key, (policy, now, len(entropy), len(key))),
            "due": (b"", (policy, now)), "overview": (b"", (policy, now)),
            "target": (b"", (policy,)), "reach": (b"", (policy,)),
            "verifyTrail": (key, (len(key),)), "replay": (b"", ()), "letters": (b"", ()),
        }[verb]
        self.host.give(before + self.request(verb, vector).encode(), VERBS[verb], *arguments)
        return self.host.result()

    def request(self, verb, vector):
        text, build = self.shelves.text, self.shelves.build
        record = "null" if vector.get("record") is None else text("records", vector["record"])
        if verb == "due":
            return record
        if verb in ("apply", "target"):
            actor = build("actors", vector["actor"])
            if isinstance(actor, dict) and actor.get("token") is not None:
                actor["token"] = build("records", actor["token"])
            asked = f'"command":{dump(self.shelves.expand(vector["command"]))},"actor":{dump(actor)}'
            if verb == "target":
                return f"{{{asked}}}"
            store = self.shelves.expand(vector.get("store"))
            for name in ("firstRead", "replaces"):
                if isinstance(store, dict) and store.get(name) is not None:
                    store[name] = build("records", vector["store"][name])
            presented = dump(self.shelves.expand(vector.get("presented")))
            return f'{{"record":{record},{asked},"presented":{presented},"store":{dump(store)}}}'
        request = vector["request"]
        written = self.shelves.expand(request)
        for name, shelf in (("record", "records"), ("actor", "actors")):
            if request.get(name) is not None:
                written[name] = build(shelf, request[name])
        for shelf in ("records", "events", "notices"):
            if isinstance(request.get(shelf), list):
                written[shelf] = [build(shelf, item) for item in request[shelf]]
        return dump(written)


def listing(problems=(), lints=()):
    sort = lambda found: sorted([one["path"], one["code"]] for one in found)
    return dump({name: [{"path": path, "code": code} for path, code in sort(found)]
                 for name, found in (("problems", problems), ("lints", lints))})


def millis(text):
    since = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since // timedelta(milliseconds=1)


def drawn(seed):
    """The 128 bytes that a number stands for."""
    state, drawn = (seed or 0) * 0x9E3779B9 & 0xFFFFFFFF, bytearray()
    while seed is not None and len(drawn) < 128:
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        drawn.append(state >> 24)
    return bytes(drawn)


def main(module, root):
    root, total, wrong = Path(root), 0, []
    runner, core, own = Runner(module, root), root / "target/vectors/core", root / "target/vectors/python"
    own.mkdir(parents=True, exist_ok=True)
    folders = (("", root / "tests/vectors"), ("life-", root / "tests/vectors/life"), ("", root / "target/drawn"))
    for before, path in ((before, path) for before, folder in folders for path in sorted(folder.glob("*.json"))):
        if path.name == "fixtures.json":
            continue
        document, name = json.loads(path.read_bytes()), f"{before}{path.stem}.jsonl"
        lines = [runner.answer(document.get("kind"), vector) for vector in runner.shelves.vectors(document, before)]
        (own / name).write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")
        theirs = (core / name).read_text("utf-8").splitlines()
        wrong += [f"{name}:{at + 1}" for at, pair in enumerate(zip(lines, theirs, strict=True)) if pair[0] != pair[1]]
        total += len(lines)
    print(f"{total} vectors in Python, {len(wrong)} of them not as the core answers", *wrong[:20], sep="\n")
    return bool(wrong) or total == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
