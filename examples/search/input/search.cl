// Searches the nonces of a Bitcoin block header for the double SHA-256 (FIPS 180-4) with the most
// leading zero bits. Class int: exact on every device.
//
// FIRST_NONCE and ITEMS come from the manifest's defines.

__constant uint K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

__constant uint START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
};

uint turn(uint x, uint by) { return (x >> by) | (x << (32u - by)); }

uint swap_bytes(uint x) {
    return (x << 24) | ((x & 0xff00u) << 8) | ((x >> 8) & 0xff00u) | (x >> 24);
}

// One block of 16 words into the state.
void compress(uint state[8], const uint block[16]) {
    uint w[16];
    for (int i = 0; i < 16; i++) {
        w[i] = block[i];
    }
    uint a = state[0], b = state[1], c = state[2], d = state[3];
    uint e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        if (i >= 16) {
            uint s0 = w[(i + 1) & 15];
            uint s1 = w[(i + 14) & 15];
            s0 = turn(s0, 7) ^ turn(s0, 18) ^ (s0 >> 3);
            s1 = turn(s1, 17) ^ turn(s1, 19) ^ (s1 >> 10);
            w[i & 15] += s0 + w[(i + 9) & 15] + s1;
        }
        uint t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]
            + w[i & 15];
        uint t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

// The double hash of the header with this nonce. `header` is 20 words, big-endian as hashed.
void header_hash(__global const uint *header, uint nonce, uint out[8]) {
    uint state[8];
    uint block[16];
    for (int i = 0; i < 8; i++) {
        state[i] = START[i];
    }
    for (int i = 0; i < 16; i++) {
        block[i] = header[i];
    }
    compress(state, block);
    block[0] = header[16];
    block[1] = header[17];
    block[2] = header[18];
    block[3] = swap_bytes(nonce);
    block[4] = 0x80000000u;
    for (int i = 5; i < 15; i++) {
        block[i] = 0;
    }
    block[15] = 640;
    compress(state, block);
    for (int i = 0; i < 8; i++) {
        block[i] = state[i];
        out[i] = START[i];
    }
    block[8] = 0x80000000u;
    for (int i = 9; i < 15; i++) {
        block[i] = 0;
    }
    block[15] = 256;
    compress(out, block);
}

// A block hash is read from its end: leading zeros are those of the last bytes.
uint leading_zeros(const uint hash[8]) {
    uint zeros = 0;
    for (int i = 7; i >= 0; i--) {
        uint word = swap_bytes(hash[i]);
        zeros += clz(word);
        if (word != 0) {
            break;
        }
    }
    return zeros;
}

// One nonce for each item; `best` keeps (zeros, nonce) of each item over all batches. Nonces grow
// from batch to batch, so the lower wins a tie.
__kernel void search(__global const uint *header, __global uint2 *best, const uint batch) {
    uint item = get_global_id(0);
    uint nonce = FIRST_NONCE + batch * ITEMS + item;
    uint hash[8];
    header_hash(header, nonce, hash);
    uint zeros = leading_zeros(hash);
    if (batch == 0 || zeros > best[item].x) {
        best[item] = (uint2)(zeros, nonce);
    }
}

// The best of all items: (nonce, zeros, hash in eight words).
__kernel void choose(
    __global const uint *header, __global const uint2 *best, __global uint *result
) {
    uint2 winner = best[0];
    for (uint i = 1; i < ITEMS; i++) {
        uint2 other = best[i];
        if (other.x > winner.x || (other.x == winner.x && other.y < winner.y)) {
            winner = other;
        }
    }
    uint hash[8];
    header_hash(header, winner.y, hash);
    result[0] = winner.y;
    result[1] = winner.x;
    for (int i = 0; i < 8; i++) {
        result[2 + i] = hash[i];
    }
}
