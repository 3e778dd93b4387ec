#ifndef CKERNELS_VECTOR_NOISE_H
#define CKERNELS_VECTOR_NOISE_H
/*
 * Random numbers for thirty-two lanes at once. Each is a long chain of operations that wait for one another, so more
 * lanes than a vector has are made side by side. See VectorMath.h for what an including file says beforehand.
 */
#include "VectorMath.h"

enum { NOISE_WIDTH = 32 };
typedef float nf __attribute__((vector_size(4 * NOISE_WIDTH)));
typedef int32_t ni __attribute__((vector_size(4 * NOISE_WIDTH)));
typedef uint32_t nu __attribute__((vector_size(4 * NOISE_WIDTH)));
typedef uint64_t nq __attribute__((vector_size(4 * NOISE_WIDTH)));

INLINE nu load_numbers(const uint32_t *numbers) {
  nu value;
  memcpy(&value, numbers, sizeof value);
  return value;
}

#include "VectorLogarithm.h"

/* Sine and cosine of 2 pi turn / 2^32. The quarter turn comes from the upper bits, so the reduction is exact. */
INLINE void sin_cos(nu turn, nf *sine, nf *cosine) {
  const nf f = __builtin_convertvector((ni)(turn << 2), nf) * 0x1p-32f; /* of a quarter, -0.5 ... 0.5 */
  const nf z = f * f;
  nf s = -4.601657201e-3f * z + 7.968003248e-2f;
  s = s * z - 6.459634602e-1f;
  s = s * z + 1.570796322f;
  s = s * f;
  nf c = -2.042624945e-2f * z + 2.536063617e-1f;
  c = c * z - 1.233697954f;
  c = c * z + 1.f;
  /* The two highest bits of `quarters` count quarters; those of an odd number exchange sine and cosine. */
  const nu quarters = turn + 0x20000000u;
  const nu swapped = (nu)((ni)(quarters << 1) >> 31); /* all bits, or none */
  const nu sine_bits = ((nu)s & ~swapped) | ((nu)c & swapped);
  const nu cosine_bits = ((nu)c & ~swapped) | ((nu)s & swapped);
  *sine = (nf)(sine_bits ^ (quarters & 0x80000000u));
  *cosine = (nf)(cosine_bits ^ ((quarters + 0x40000000u) & 0x80000000u));
}

/* Philox4x32-10, see Philox.h. Even and odd lanes go in 64-bit lanes of their own, of which only the lower words count:
 * a product is then used where it stands, its lower word as it is. */
typedef struct {
  nq w[4];
} philox_half;

/* Keys of the ten rounds. */
typedef struct {
  nq k[10][2];
} philox_keys;

INLINE philox_keys make_keys(uint64_t seed) {
  philox_keys keys;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    keys.k[round][0] = (nq){0} + k0;
    keys.k[round][1] = (nq){0} + k1;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return keys;
}

INLINE nq philox_product(nq word, uint32_t factor) { return (word & 0xffffffffu) * factor; }

INLINE void philox_rounds(philox_half *x, const philox_keys *keys, int first) {
#pragma clang loop unroll(full)
  for (int round = first; round < 10; round++) {
    const nq low = philox_product(x->w[0], 0xD2511F53u), high = philox_product(x->w[2], 0xCD9E8D57u);
    x->w[0] = (high >> 32) ^ x->w[1] ^ keys->k[round][0];
    x->w[2] = (low >> 32) ^ x->w[3] ^ keys->k[round][1];
    x->w[1] = high;
    x->w[3] = low;
  }
}

/* Words of even and odd lanes side by side. */
INLINE void philox_join(const philox_half x[2], nu words[4]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) words[i] = (nu)((x[0].w[i] & 0xffffffffu) | (x[1].w[i] << 32));
}

/* A counter for every lane becomes four random words. */
INLINE void philox_lanes(nu c[4], const philox_keys *keys) {
  philox_half x[2];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    x[0].w[i] = (nq)c[i];
    x[1].w[i] = (nq)c[i] >> 32;
  }
  philox_rounds(&x[0], keys, 0);
  philox_rounds(&x[1], keys, 0);
  philox_join(x, c);
}

/* Two normals of two random words, by the method of Box and Muller. */
INLINE void box_muller(nu w0, nu w1, nf *first, nf *second) {
  const nf u = __builtin_convertvector((ni)(w0 >> 1), nf) * 0x1p-31f + 0x1p-32f;
  const nf radius = __builtin_elementwise_sqrt(-2.f * log_positive(u));
  nf sine, cosine;
  sin_cos(w1, &sine, &cosine);
  *first = radius * cosine;
  *second = radius * sine;
}

/* What two rounds make of the counter (block, column, stream, purpose), as far as it does not depend on the block. */
typedef struct {
  nq first[2], second[2], third[2];
  uint32_t purpose;
} noise_stream;

INLINE noise_stream make_stream(nu stream, uint32_t column, uint32_t purpose, const philox_keys *keys) {
  noise_stream n;
  n.purpose = purpose;
  for (int odd = 0; odd < 2; odd++) {
    const nq high = philox_product(odd ? (nq)stream >> 32 : (nq)stream, 0xCD9E8D57u);
    const nq low = philox_product((high >> 32) ^ column ^ keys->k[0][0], 0xD2511F53u);
    n.first[odd] = high ^ keys->k[1][0];
    n.second[odd] = (low >> 32) ^ keys->k[1][1];
    n.third[odd] = low;
  }
  return n;
}

/* Normals 4 * block ..< 4 * block + 4 of every lane's stream: [4, NOISE_WIDTH]. */
INLINE void normal_lanes(const noise_stream *n, uint32_t block, const philox_keys *keys, float *normals) {
  const uint64_t low = (uint64_t)block * 0xD2511F53u;
  const uint32_t word = (uint32_t)(low >> 32) ^ n->purpose ^ (uint32_t)keys->k[0][1][0];
  const uint64_t high = (uint64_t)word * 0xCD9E8D57u;
  philox_half x[2];
#pragma clang loop unroll(full)
  for (int odd = 0; odd < 2; odd++) {
    x[odd].w[0] = n->first[odd] ^ (high >> 32);
    x[odd].w[1] = (nq){0} + high;
    x[odd].w[2] = n->second[odd] ^ low;
    x[odd].w[3] = n->third[odd];
    philox_rounds(&x[odd], keys, 2);
  }
  nu words[4];
  nf values[4];
  philox_join(x, words);
  box_muller(words[0], words[1], &values[0], &values[1]);
  box_muller(words[2], words[3], &values[2], &values[3]);
  memcpy(normals, values, sizeof values);
}

#endif
