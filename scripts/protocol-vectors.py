#!/usr/bin/env python3
"""Writes protocol/tests/vectors.json: inputs and the hashes that follow from them.

An implementation of the rules of protocol/src/{merkle,trace,commitment,history}.rs of its own, written
from their documentation and not from their code; only BLAKE3 itself is somebody else's. To
regenerate, after a rule got a new version:

    python3 -m venv /tmp/vectors && /tmp/vectors/bin/pip install blake3==1.0.11
    /tmp/vectors/bin/python scripts/protocol-vectors.py > protocol/tests/vectors.json

`cargo test -p aicpw-protocol --test vectors` compares.
"""

import json

from blake3 import blake3

CHUNK = 64 * 1024


def digest(context, data):
    """BLAKE3 in its key-derivation mode."""
    return blake3(data, derive_key_context=context).digest()


# SCALE, as far as it is needed.


def u8(value):
    return value.to_bytes(1, "little")


def u32(value):
    return value.to_bytes(4, "little")


def u64(value):
    return value.to_bytes(8, "little")


def compact(value):
    if value < 1 << 6:
        return u8(value << 2)
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    return (value << 2 | 2).to_bytes(4, "little")


def sequence(items):
    return compact(len(items)) + b"".join(items)


def blob(data):
    return compact(len(data)) + data


def assignment(id):
    return u64(id["task"]) + u8(id["replica"]) + u8(id["attempt"])


# The rules.


def leaf(chunk):
    return digest("aicpw 2026 merkle leaf v1", chunk)


def tree(level):
    """Neighbours are hashed together; who has none moves up."""
    if not level:
        return leaf(b"")
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [
            pair[0] if len(pair) == 1 else digest("aicpw 2026 merkle node v1", pair[0] + pair[1])
            for pair in pairs
        ]
    return level[0]


def root_of(context, data):
    chunks = [leaf(data[i : i + CHUNK]) for i in range(0, len(data), CHUNK)]
    return digest(context, u64(len(data)) + tree(chunks))


def result_root(output):
    return root_of("aicpw 2026 result root v1", output)


def buffer_root(content):
    return root_of("aicpw 2026 buffer root v1", content)


def state_root(buffers):
    return digest("aicpw 2026 state root v1", sequence(buffers))


def checkpoint(launches, place, state):
    position = u64(launches) + sequence([u32(number) for number in place])
    return digest("aicpw 2026 checkpoint v2", position + state)


def end(launches, state, result):
    return digest("aicpw 2026 trace end v1", u64(launches) + state + result)


def trace_root(hashes):
    return digest("aicpw 2026 trace root v1", u64(len(hashes)) + tree(hashes))


def trace_commitment(salt, root):
    return digest("aicpw 2026 trace commitment v1", salt + root)


def result_commitment(account, id, opening):
    salt, root, trace, cid = opening
    return digest(
        "aicpw 2026 result commitment v1",
        salt + account + assignment(id) + root + trace + blob(cid),
    )


def expected_root_hash(root):
    return digest("aicpw 2026 expected root v1", root)


def salt(secret, genesis, id, purpose):
    return digest("aicpw 2026 salt v1", secret + genesis + assignment(id) + u8(purpose))


def juror_trace_salt(account, id):
    return digest("aicpw 2026 juror trace salt v1", account + assignment(id))


def task_hash(requester, submission):
    return digest("aicpw 2026 task v1", requester + blob(submission))


def next_head(head, sequence_number, task, block, timestamp):
    return digest(
        "aicpw 2026 history v1",
        head + u64(sequence_number) + task + u32(block) + u64(timestamp),
    )


# The vectors. Long contents are told by their length: byte i is (i * 7 + i // 256) % 256.


def content(length):
    return bytes((i * 7 + i // 256) % 256 for i in range(length))


def filled(byte):
    return bytes([byte]) * 32


def cases():
    lengths = [0, 1, 3, 1024, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7, 5 * CHUNK]
    roots = [
        {
            "bytes": length,
            "result_root": result_root(content(length)),
            "buffer_root": buffer_root(content(length)),
        }
        for length in lengths
    ]

    traces = []
    for count in [0, 1, 2, 3, 4, 7, 12]:
        checkpoints = []
        for i in range(count):
            launches, place = (i + 1) * 10, [i * 50 + j for j in range(i % 4 + 1)]
            buffers = [buffer_root(content(i * 100 + j)) for j in range(i % 4)]
            state = state_root(buffers)
            checkpoints.append(
                {
                    "launches": launches,
                    "place": place,
                    "buffers": buffers,
                    "hash": checkpoint(launches, place, state),
                }
            )
        last = {
            "launches": count * 10 + 3,
            "state_root": state_root([buffer_root(content(count))]),
            "result_root": result_root(content(count)),
        }
        last_hash = end(last["launches"], last["state_root"], last["result_root"])
        traces.append(
            {
                "checkpoints": checkpoints,
                "end": last,
                "end_hash": last_hash,
                "trace_root": trace_root([c["hash"] for c in checkpoints] + [last_hash]),
            }
        )

    commitments = []
    for i, (task, replica, attempt) in enumerate([(0, 0, 0), (7, 1, 2), (2**64 - 1, 255, 255)]):
        id = {"task": task, "replica": replica, "attempt": attempt}
        secret, genesis, account = filled(i + 1), filled(0xA0 + i), filled(0x50 + i)
        root = result_root(content(100 * i))
        trace = traces[i]["trace_root"]
        result_salt, trace_salt = salt(secret, genesis, id, 0), salt(secret, genesis, id, 1)
        hidden = trace_commitment(trace_salt, trace)
        # CIDv1, raw, sha2-256
        cid = bytes([1, 0x55, 0x12, 32]) + filled(0xC0 + i)
        commitments.append(
            {
                "assignment": id,
                "worker_secret": secret,
                "genesis": genesis,
                "account": account,
                "result_root": root,
                "trace_root": trace,
                "cid": cid,
                "result_salt": result_salt,
                "trace_salt": trace_salt,
                "juror_trace_salt": juror_trace_salt(account, id),
                "trace_commitment": hidden,
                "result_commitment": result_commitment(account, id, (result_salt, root, hidden, cid)),
                "expected_root_hash": expected_root_hash(root),
            }
        )

    history, head = [], bytes(32)
    for i, (length, block, timestamp) in enumerate(
        [(0, 1, 0), (1, 1, 1), (63, 2, 1_700_000_000_000), (64, 2**32 - 1, 2**64 - 1), (20_000, 9, 9)]
    ):
        requester, submission = filled(0x10 + i), content(length)
        task = task_hash(requester, submission)
        head = next_head(head, i, task, block, timestamp)
        history.append(
            {
                "sequence": i,
                "requester": requester,
                "submission_bytes": length,
                "block": block,
                "timestamp": timestamp,
                "task_hash": task,
                "head": head,
            }
        )
    return {"roots": roots, "traces": traces, "commitments": commitments, "history": history}


if __name__ == "__main__":
    print(json.dumps(cases(), indent=1, default=bytes.hex))
