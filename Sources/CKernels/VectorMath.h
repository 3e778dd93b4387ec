#ifndef CKERNELS_VECTOR_MATH_H
#define CKERNELS_VECTOR_MATH_H
/*
 * Sixteen numbers at once, without calls and without branches.
 *
 * An including file says beforehand with `#pragma STDC FP_CONTRACT` whether multiplication and addition may be fused.
 * With OFF, only operations that IEEE 754 defines bit by bit are used, so every machine gives the same results.
 */
#include <stdint.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi" /* always_inline helpers pass wide vectors by value */

/* name_suffix from macros */
#define JOIN(a, b) a##b
#define NAMED(name, suffix) JOIN(name, suffix)

#define INLINE static inline __attribute__((always_inline))

enum { WIDTH = 16 };
typedef float vf __attribute__((vector_size(4 * WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * WIDTH)));

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
