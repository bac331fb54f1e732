# SPDX-License-Identifier: Apache-2.0
"""seal_oracle - opens the golden records with an implementation of its own: docs/formats.md, RFC 8439, XChaCha20's draft.

Nothing here shares code with libsodium: BLAKE2b is Python's, ChaCha20 and Poly1305 are written out below.
Usage: seal_oracle.py TESTS_DIRECTORY
"""
import hashlib
import pathlib
import struct
import sys


def rotate(v, n):
    return (v << n | v >> (32 - n)) & 0xFFFFFFFF


def quarter(s, a, b, c, d):
    s[a] = (s[a] + s[b]) & 0xFFFFFFFF
    s[d] = rotate(s[d] ^ s[a], 16)
    s[c] = (s[c] + s[d]) & 0xFFFFFFFF
    s[b] = rotate(s[b] ^ s[c], 12)
    s[a] = (s[a] + s[b]) & 0xFFFFFFFF
    s[d] = rotate(s[d] ^ s[a], 8)
    s[c] = (s[c] + s[d]) & 0xFFFFFFFF
    s[b] = rotate(s[b] ^ s[c], 7)


def rounds(key, last16):
    state = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", last16))
    work = state[:]
    for _ in range(10):
        for column in range(4):
            quarter(work, column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(work, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return state, work


def chacha20_block(key, counter, nonce12):
    state, work = rounds(key, struct.pack("<I", counter) + nonce12)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(state, work)))


def hchacha20(key, nonce16):
    _, work = rounds(key, nonce16)
    return struct.pack("<8I", *(work[:4] + work[12:]))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def pad16(data):
    return data + bytes(-len(data) % 16)


def chacha20poly1305_open(key, nonce12, associated, sealed):
    ciphertext, tag = sealed[:-16], sealed[-16:]
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    authenticated = pad16(associated) + pad16(ciphertext) + lengths
    assert poly1305(chacha20_block(key, 0, nonce12)[:32], authenticated) == tag, "the tag does not hold"
    stream = b"".join(chacha20_block(key, 1 + i, nonce12) for i in range(len(ciphertext) // 64 + 1))
    return bytes(a ^ b for a, b in zip(ciphertext, stream))


def xchacha20poly1305_open(key, nonce, associated, sealed):
    return chacha20poly1305_open(hchacha20(key, nonce[:16]), bytes(4) + nonce[16:], associated, sealed)


def blake2b(key, message, size):
    return hashlib.blake2b(message, key=key, digest_size=size).digest()


def place(object_type):
    """The context of the golden records: tests/crypto/test_seal.c has the same."""
    ids = b"".join(bytes([n * 0x11, n]) + bytes(14) for n in range(1, 5))
    numbers = struct.pack("<QBBHI", 0x0102030405060708, object_type, 9, 0x0A0B, 0x0C0D0E0F)
    return ids + numbers + bytes(range(0x80, 0xA0))


def open_seal(key, context, record):
    header, commitment = record[:48], record[48:80]
    assert header[:6] == b"MNV1\1\1" and header[6] == context[72] and header[8:12] == context[76:80]
    assert header[12:16] == b"\1\0\0\0"
    assert header[16:24] == blake2b(key, b"muniment.keyid.v1\0", 32)[:8], "the key id is another"
    both = blake2b(key, b"muniment.aead.v1" + header + struct.pack("<Q", len(context)) + context, 64)
    assert both[32:] == commitment, "the commitment does not hold"
    plain = xchacha20poly1305_open(both[:32], header[24:48], header + commitment, record[80:])
    if header[7] == 0:
        return plain
    assert header[7] == 2 and len(plain) % 64 == 0
    text, mark = plain.rstrip(b"\0")[:-1], plain.rstrip(b"\0")[-1:]
    assert mark == b"\x80" and len(plain) - len(text) <= 64
    return text


def open_part(subject, record):
    tenant, event = b"\xa0\1" + bytes(14), b"\xb0\2" + bytes(14)
    key = blake2b(subject, b"mn.part" + tenant + event + b"\1", 32)
    header, commitment = record[:5], record[5:37]
    assert header[1:] == b"\1\2\3\4"
    if header[0] == 1:
        both = blake2b(key, b"mn.part.keys" + header, 64)
        assert both[32:] == commitment, "the commitment does not hold"
        nonce = blake2b(key, b"mn.part.nonce" + header, 24)
        return xchacha20poly1305_open(both[:32], nonce, header + commitment, record[37:])
    assert header[0] == 2
    both = hashlib.blake2b(b"mn.part.keys" + header + key, digest_size=64).digest()
    assert both[32:] == commitment, "the commitment does not hold"
    return chacha20poly1305_open(both[:32], commitment[:12], header + commitment, record[37:])


def golden(tests, name):
    return bytes.fromhex((tests / "golden" / name).read_text())


def main():
    tests = pathlib.Path(sys.argv[1])
    key = bytes(range(32))
    assert open_seal(key, place(1), golden(tests, "seal_field.hex")) == b"correct horse battery staple"
    assert open_seal(key, place(4), golden(tests, "seal_key_wrap.hex")) == b"0123456789abcdef0123456789abcdef"
    assert open_part(key, golden(tests, "part_actor.hex")) == b"Anna, from her tablet"
    assert open_part(key, golden(tests, "part_actor_2.hex")) == b"Anna, from her tablet"


if __name__ == "__main__":
    main()
