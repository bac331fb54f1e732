#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes verify-row.json: one row of a log with all that convinces somebody who trusts only the log's key, made by no code of ours
(docs/formats.md "Verify one row"). Usage: make_verify_row.py > verify-row.json"""
import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crypto"))
from seal_oracle import blake2b, chacha20_block, hchacha20, pad16, poly1305  # noqa: E402

SIZE, INDEX, SEQUENCE = 11, 6, 42
RECEIVED, TIME = 1760640000120, 1760639999999
IDS = ("actor", "in_place_of", "client", "object", "device", "reporter", "grant", "branch")
ACTOR_TEXTS = {1: "198.51.100.31", 2: "Mozilla/5.0 (X11; Linux x86_64) <b>\r\n", 3: "laptop-1", 9: "administrator"}
CLIENT_TEXTS = {16: "invoice", 17: "INV-7", 18: "Számla: Fehérvári Ábel", 22: '[{"field":"total","before":"13 500","after":"0"}]', 23: '{"rows":4210}'}


def label(text):
    return hashlib.sha256(text.encode()).digest()


def identifier(text, milliseconds):
    """A UUIDv7 whose random bits come from a label."""
    raw = bytearray(milliseconds.to_bytes(6, "big") + label(text)[:10])
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F
    return bytes(raw)


def type_id(letters, raw):
    number, digits = int.from_bytes(raw, "big"), "0123456789abcdefghjkmnpqrstvwxyz"
    return letters + "_" + "".join(digits[number >> 5 * place & 31] for place in reversed(range(26)))


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(128 | number & 127)
        number >>= 7
    return bytes(out + bytes([number]))


def delta(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def texts(of):
    return b"".join(bytes([tag]) + varint(len(text.encode())) + text.encode() for tag, text in sorted(of.items()))


def suite_1(key, header):
    """Cipher key, commitment and nonce, as from before suite 2."""
    both, nonce = blake2b(key, b"mn.part.keys" + header, 64), blake2b(key, b"mn.part.nonce" + header, 24)
    return hchacha20(both[:32], nonce[:16]), both[32:], bytes(4) + nonce[16:]


def suite_2(key, header):
    both = hashlib.blake2b(b"mn.part.keys" + header + key, digest_size=64).digest()
    return both[:32], both[32:], both[32:44]


def seal(suite, key, epoch, plain):
    header = bytes([suite]) + epoch.to_bytes(4, "big")
    cipher_key, commitment, nonce12 = (suite_1 if suite == 1 else suite_2)(key, header)
    stream = b"".join(chacha20_block(cipher_key, 1 + i, nonce12) for i in range(len(plain) // 64 + 1))
    ciphertext = bytes(a ^ b for a, b in zip(plain, stream))
    associated = header + commitment
    lengths = len(associated).to_bytes(8, "little") + len(ciphertext).to_bytes(8, "little")
    tag = poly1305(chacha20_block(cipher_key, 0, nonce12)[:32], pad16(associated) + pad16(ciphertext) + lengths)
    return associated + ciphertext + tag


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    return 1 << (count - 1).bit_length() - 1


def root(hashes):
    return hashes[0] if len(hashes) == 1 else node(root(hashes[:split(len(hashes))]), root(hashes[split(len(hashes)):]))


def path(index, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    return path(index, hashes[:k]) + [root(hashes[k:])] if index < k else path(index - k, hashes[k:]) + [root(hashes[:k])]


def text64(raw):
    return base64.b64encode(raw).decode()


def signed(origin, tree_root, key):
    """The checkpoint as a note, and the vkey that opens it."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(origin.encode() + b"\n\1" + public).digest()[:4]
    text = f"{origin}\n{SIZE}\n{text64(tree_root)}\n"
    note = f"{text}\n\u2014 {origin} {text64(key_id + key.sign(text.encode()))}\n"
    return note, f"{origin}+{key_id.hex()}+{text64(bytes([1]) + public)}"


def proof_of(hashes, note):
    lines = "".join(text64(one) + "\n" for one in path(INDEX, hashes))
    return f"c2sp.org/tlog-proof@v1\nindex {INDEX}\n{lines}\n{note}"


def flipped(text, at):
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return text64(bytes(raw))


def main():
    tenant, event = identifier("tenant", 1750000000000), identifier("event", RECEIVED - 3)
    ids = {name: identifier(name, 1755000000000) for name in IDS}
    ids["in_place_of"] = ids["grant"] = None
    keys = {kind: blake2b(label(f"subject {kind}"), b"mn.part" + tenant + event + bytes([kind]), 32) for kind in (1, 2)}
    records = {1: seal(2, keys[1], 1, texts(ACTOR_TEXTS)), 2: seal(1, keys[2], 7, texts(CLIENT_TEXTS))}
    present = sum(1 << bit for bit, name in enumerate(IDS) if ids[name])
    leaf = (b"\2" + event + delta(3) + delta(TIME - RECEIVED) + (2010).to_bytes(2, "big") + bytes(2) + bytes([1, 0, 2, 0b1001, 1, 0, present])
            + b"".join(ids[name] for name in IDS if ids[name])
            + b"\2" + b"".join(bytes([kind]) + len(record).to_bytes(2, "big") + record for kind, record in records.items()))
    leaf_hash = hashlib.sha256(b"\0" + leaf).digest()
    hashes = [hashlib.sha256(b"\0" + str(i).encode()).digest() for i in range(SIZE)]
    hashes[INDEX] = leaf_hash
    origin = "muniment.example/" + type_id("ten", tenant)
    note, vkey = signed(origin, root(hashes), Ed25519PrivateKey.from_private_bytes(label("log key of verify-row")))
    _, stranger = signed(origin, root(hashes), Ed25519PrivateKey.from_private_bytes(label("another log key")))
    chain = hashlib.blake2b(bytes(32) + SEQUENCE.to_bytes(8, "big") + tenant + INDEX.to_bytes(8, "big") + leaf_hash, digest_size=32).digest()
    whole = {"index": INDEX, "leaf": text64(leaf), "leaf_hash": leaf_hash.hex(), "chain": chain.hex(),
             "parts": [{"kind": kind, "key": text64(key)} for kind, key in keys.items()]}
    proof = proof_of(hashes, note)
    kinds = {"actor": "per", "client": "cli", "device": "dev", "reporter": "app"}
    print(json.dumps({
        "about": "One row of a log: docs/formats.md, Verify one row. Throw-away keys; made by make_verify_row.py.",
        "answer": whole,
        "answer_of_a_client": {**whole, "parts": [{"kind": 1, "withheld": True}, whole["parts"][1]]},
        "proof": proof, "checkpoint": note, "keys": {"log": {"origin": origin, "vkey": vkey}},
        "reads": {
            "version": 2, "id": type_id("evt", event), "received": RECEIVED, "time": TIME, "action": 2010, "reason": 0, "source": "application",
            "outcome": "success", "severity": "warning", "flags": ["critical", "proven"], "actor": "person", "object_kind": 0, "count": None,
            "ids": {name: raw.hex() for name, raw in ids.items() if raw},
            "id_texts": {name: type_id(letters, ids[name]) for name, letters in kinds.items()},
            "epochs": {"1": 1, "2": 7},
            "texts": {"1": {str(tag): text for tag, text in ACTOR_TEXTS.items()}, "2": {str(tag): text for tag, text in CLIENT_TEXTS.items()}},
            "size": SIZE, "root": root(hashes).hex()},
        "refused": [
            {"why": "a leaf of which one bit is another has another hash", "answer": {**whole, "leaf": flipped(whole["leaf"], 60)}},
            {"why": "the hash that is claimed is not the leaf's", "answer": {**whole, "leaf_hash": hashes[0].hex()}},
            {"why": "a key that is not the part's does not open it", "answer": {**whole, "parts": [{"kind": 1, "key": flipped(whole["parts"][0]["key"], 0)}, whole["parts"][1]]}},
            {"why": "the key of one part does not open the other", "answer": {**whole, "parts": [{"kind": 1, "key": whole["parts"][1]["key"]}, whole["parts"][1]]}},
            {"why": "the proof is of another index", "answer": {**whole, "index": INDEX - 1}},
            {"why": "one hash of the proof is another", "proof": proof_of(hashes[:INDEX - 1] + [hashes[0]] + hashes[INDEX:], note)},
            {"why": "the checkpoint's size was changed after it was signed", "proof": proof.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")},
            {"why": "another key under the log's name did not sign it", "vkey": stranger}],
    }, indent=1, ensure_ascii=True))


if __name__ == "__main__":
    main()
