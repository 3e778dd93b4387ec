#ifndef CKERNELS_VECTOR_MATH_H
#define CKERNELS_VECTOR_MATH_H
/*
 * Sixteen numbers at once: elementary functions and random numbers, without calls and without branches.
 *
 * An including file says beforehand with `#pragma STDC FP_CONTRACT` whether multiplication and addition may be fused.
 * With OFF, only operations that IEEE 754 defines bit by bit are used, so every machine gives the same results.
 */
#include <stdint.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi" /* always_inline helpers pass wide vectors by value */

#define INLINE static inline __attribute__((always_inline))

enum { WIDTH = 16 };
typedef float vf __attribute__((vector_size(4 * WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * WIDTH)));
typedef uint32_t vu __attribute__((vector_size(4 * WIDTH)));
typedef uint64_t vq __attribute__((vector_size(4 * WIDTH)));

INLINE vf load(const float *source) {
  vf value;
  memcpy(&value, source, sizeof value);
  return value;
}
INLINE void store(float *destination, vf value) { memcpy(destination, &value, sizeof value); }
INLINE vf all(float value) { return value - (vf){0}; }

/* 2^x; x is first limited to -limit ... limit, at most 126. Relative error below 2e-7. */
INLINE vf exp2_limited(vf x, float limit) {
  x = __builtin_elementwise_max(__builtin_elementwise_min(x, all(limit)), all(-limit));
  /* Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits. */
  const vf shifted = x + 12582912.f;
  const vf f = x - (shifted - 12582912.f);
  /* Largest relative error of the polynomial on -0.5 ... 0.5: 9.1e-8 (fitted for the smallest). */
  vf p = 1.326472725e-3f * f + 9.671512786e-3f;
  p = p * f + 5.550733744e-2f;
  p = p * f + 2.402224208e-1f;
  p = p * f + 6.931469776e-1f;
  p = p * f + 1.f;
  return (vf)((vi)p + ((vi)shifted << 23));
}

/* Natural logarithm of normal numbers above 0. Polynomial: Moshier, Cephes library, logf. */
INLINE vf log_positive(vf x) {
  const vi bits = (vi)x;
  const vi exponent = (bits - 0x3f3504f3) >> 23; /* so that the rest lies between sqrt(1/2) and sqrt(2) */
  const vf m = (vf)(bits - (exponent << 23)) - 1.f;
  const vf e = __builtin_convertvector(exponent, vf);
  vf p = 7.0376836292e-2f * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const vf square = m * m;
  vf y = m * square * p;
  y = y - 2.12194440e-4f * e;
  y = y - 0.5f * square;
  return m + y + 0.693359375f * e;
}

/* Sine and cosine of 2 pi turn / 2^32. The quarter turn comes from the upper bits, so the reduction is exact. */
INLINE void sin_cos(vu turn, vf *sine, vf *cosine) {
  const vu quarter = (turn + 0x20000000u) >> 30;
  const vf f = __builtin_convertvector((vi)(turn << 2), vf) * 0x1p-32f; /* of a quarter, -0.5 ... 0.5 */
  const vf z = f * f;
  vf s = -4.601657201e-3f * z + 7.968003248e-2f;
  s = s * z - 6.459634602e-1f;
  s = s * z + 1.570796322f;
  s = s * f;
  vf c = -2.042624945e-2f * z + 2.536063617e-1f;
  c = c * z - 1.233697954f;
  c = c * z + 1.f;
  const vu swapped = -(quarter & 1u); /* all bits, or none */
  const vu sine_bits = ((vu)s & ~swapped) | ((vu)c & swapped);
  const vu cosine_bits = ((vu)c & ~swapped) | ((vu)s & swapped);
  *sine = (vf)(sine_bits ^ ((quarter & 2u) << 30));
  *cosine = (vf)(cosine_bits ^ (((quarter + 1u) & 2u) << 30));
}

/* Philox4x32-10 with a counter for every lane, see Philox.h. Even and odd lanes go in 64-bit lanes of their own, of which
 * only the lower words count: a product is then used where it stands, its lower word as it is. */
INLINE void philox_lanes(vu c[4], uint32_t k0, uint32_t k1) {
  vq w[2][4];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    w[0][i] = (vq)c[i];
    w[1][i] = (vq)c[i] >> 32;
  }
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
    for (int odd = 0; odd < 2; odd++) {
      vq *x = w[odd];
      const vq first = (x[0] & 0xffffffffu) * 0xD2511F53u, second = (x[2] & 0xffffffffu) * 0xCD9E8D57u;
      x[0] = (second >> 32) ^ x[1] ^ k0;
      x[2] = (first >> 32) ^ x[3] ^ k1;
      x[1] = second;
      x[3] = first;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) c[i] = (vu)((w[0][i] & 0xffffffffu) | (w[1][i] << 32));
}

/* Two normals of two random words, by the method of Box and Muller. */
INLINE void box_muller(vu w0, vu w1, vf *first, vf *second) {
  const vf u = (__builtin_convertvector((vi)(w0 >> 1), vf) + 0.5f) * 0x1p-31f;
  const vf radius = __builtin_elementwise_sqrt(-2.f * log_positive(u));
  vf sine, cosine;
  sin_cos(w1, &sine, &cosine);
  *first = radius * cosine;
  *second = radius * sine;
}

/* Normals 4 * block ..< 4 * block + 4 of every lane's stream. */
INLINE void normal_lanes(vu stream, uint32_t block, uint32_t purpose, uint64_t seed, vf normals[4]) {
  vu c[4] = {(vu){0} + block, (vu){0}, stream, (vu){0} + purpose};
  philox_lanes(c, (uint32_t)seed, (uint32_t)(seed >> 32));
  box_muller(c[0], c[1], &normals[0], &normals[1]);
  box_muller(c[2], c[3], &normals[2], &normals[3]);
}

/* Exchanges rows and columns of 16 by 16 numbers: four perfect shuffles of the rows. */
INLINE void transpose(vf m[WIDTH]) {
  vf t[WIDTH];
#pragma clang loop unroll(full)
  for (int pass = 0; pass < 4; pass++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < WIDTH / 2; i++) {
      t[2 * i] = __builtin_shufflevector(m[i], m[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      t[2 * i + 1] =
          __builtin_shufflevector(m[i], m[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < WIDTH; i++) m[i] = t[i];
  }
}

#endif
