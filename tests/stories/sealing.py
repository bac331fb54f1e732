# SPDX-License-Identifier: Apache-2.0
"""What a client's browser does with a deposit link: seal to the key behind the #, with libsodium itself."""
import base64
import ctypes
import ctypes.util
import json

SEAL_BYTES = 48


def seal(url, fields):
    """The fields as a sealed box in base64url, for the key that the link carries."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    sodium.sodium_init()
    key = base64.urlsafe_b64decode(url.rpartition("#")[2] + "=")
    plain = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    box = ctypes.create_string_buffer(len(plain) + SEAL_BYTES)
    sodium.crypto_box_seal(box, plain, ctypes.c_ulonglong(len(plain)), key)
    return base64.urlsafe_b64encode(box.raw).decode().rstrip("=")
