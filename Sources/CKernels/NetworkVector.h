#ifndef CKERNELS_NETWORK_VECTOR_H
#define CKERNELS_NETWORK_VECTOR_H
/*
 * Vectors of LANES numbers, which the including file defines, and functions of them. VectorMath.h has sixteen lanes at
 * every level; here the number follows the registers, because tiles of a matrix product must fit into them.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT ON
#pragma clang diagnostic ignored "-Wpsabi" /* always_inline helpers pass wide vectors by value */

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float nf __attribute__((vector_size(4 * LANES)));
typedef int32_t ni __attribute__((vector_size(4 * LANES)));
typedef uint32_t nu __attribute__((vector_size(4 * LANES)));
typedef uint8_t nb __attribute__((vector_size(LANES)));

#include "VectorLogarithm.h"

/* For i = 0, LANES, 2 LANES ... below `count`, with the number of elements from there on, at most LANES. */
#define EACH_PART(i, count, n)                                                                                         \
  for (size_t i = 0, n; n = (count) - i < LANES ? (count) - i : LANES, i < (count); i += LANES)

INLINE nf load(const float *source) {
  nf value;
  memcpy(&value, source, sizeof value);
  return value;
}
INLINE void store(float *destination, nf value) { memcpy(destination, &value, sizeof value); }
INLINE nf all(float value) { return value - (nf){0}; }

INLINE nu lane_numbers(void) {
#if LANES == 16
  return (nu){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LANES == 8
  return (nu){0, 1, 2, 3, 4, 5, 6, 7};
#else
  return (nu){0, 1, 2, 3};
#endif
}

/* The first n numbers, then zeros: nothing behind them is touched. */
INLINE nf load_part(const float *source, size_t n) {
  if (n == LANES) return load(source);
#if LANES == 16
  return (nf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), source);
#elif LANES == 8
  return (nf)_mm256_maskload_ps(source, (__m256i)(lane_numbers() < (uint32_t)n));
#else
  float part[LANES] = {0};
  for (size_t i = 0; i < n; i++) part[i] = source[i];
  return load(part);
#endif
}
INLINE void store_part(float *destination, nf value, size_t n) {
  if (n == LANES) {
    store(destination, value);
    return;
  }
#if LANES == 16
  _mm512_mask_storeu_ps(destination, (__mmask16)((1u << n) - 1), (__m512)value);
#elif LANES == 8
  _mm256_maskstore_ps(destination, (__m256i)(lane_numbers() < (uint32_t)n), (__m256)value);
#else
  float part[LANES];
  store(part, value);
  for (size_t i = 0; i < n; i++) destination[i] = part[i];
#endif
}

/* Lanes of a where the mask is all ones, of b where it is zero. */
INLINE nf choose(ni mask, nf a, nf b) { return (nf)(((ni)a & mask) | ((ni)b & ~mask)); }
/* Both leave a NaN in x as it is, so that a broken network is seen in its loss. */
INLINE nf at_most(nf x, float limit) { return choose(all(limit) < x, all(limit), x); }
INLINE nf at_least(nf x, float limit) { return choose(all(limit) > x, all(limit), x); }

/* Halves are added until one number is left, in the same order at every level of optimisation. */
INLINE float sum_lanes(nf value) {
  float part[LANES];
  store(part, value);
  UNROLL for (int half = LANES / 2; half > 0; half /= 2) {
    UNROLL for (int i = 0; i < half; i++) part[i] += part[i + half];
  }
  return part[0];
}
INLINE float largest_lane(nf value) {
  float part[LANES];
  store(part, value);
  UNROLL for (int half = LANES / 2; half > 0; half /= 2) {
    UNROLL for (int i = 0; i < half; i++) part[i] = part[i + half] > part[i] ? part[i + half] : part[i];
  }
  return part[0];
}

/* e^x within 1.2e-7 of itself for -87 ... 88; below that, its value there. Polynomial: Moshier, Cephes, expf. */
INLINE nf exponential_below_88(nf x) {
  x = at_least(x, -87.f);
  /* Adding 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits. */
  const nf shifted = x * 1.44269504088896341f + 12582912.f;
  const nf n = shifted - 12582912.f;
  nf r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  nf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.f;
  return (nf)((ni)p + ((ni)shifted << 23));
}

/* The same, and above 88 its value there. */
INLINE nf exponential(nf x) { return exponential_below_88(at_most(x, 88.f)); }

INLINE nf sigmoid(nf x) { return 1.f / (1.f + exponential(-x)); }

/* Rational minimax approximation of Eigen (unsupported/SpecialFunctions), a few units in the last place. */
INLINE nf hyperbolic_tangent(nf x) {
  x = at_most(at_least(x, -7.90531110763549805f), 7.90531110763549805f);
  const nf q = x * x;
  nf p = q * -2.76076847742355e-16f + 2.00018790482477e-13f;
  p = p * q + -8.60467152213735e-11f;
  p = p * q + 5.12229709037114e-08f;
  p = p * q + 1.48572235717979e-05f;
  p = p * q + 6.37261928875436e-04f;
  p = p * q + 4.89352455891786e-03f;
  p = p * x;
  nf d = q * 1.19825839466702e-06f + 1.18534705686654e-04f;
  d = d * q + 2.26843463243900e-03f;
  d = d * q + 4.89352518554385e-03f;
  return p / d;
}

/* Error function: rational minimax approximation of Eigen on -4 ... 4, where it is 1 within half a unit. */
INLINE nf error_function(nf x) {
  x = at_most(at_least(x, -4.f), 4.f);
  const nf q = x * x;
  nf p = q * -2.72614225801306e-10f + 2.77068142495902e-08f;
  p = p * q + -2.10102402082508e-06f;
  p = p * q + -5.69250639462346e-05f;
  p = p * q + -7.34990630326855e-04f;
  p = p * q + -2.95459980854025e-03f;
  p = p * q + -1.60960333262415e-02f;
  p = p * x;
  nf d = q * -1.45660718464996e-05f + -2.13374055278905e-04f;
  d = d * q + -1.68282697438203e-03f;
  d = d * q + -7.37332916720468e-03f;
  d = d * q + -1.42647390514189e-02f;
  return p / d;
}

/* log(1 + e^x), without overflow; a NaN stays. log(1 + u) = log(w) u / (w - 1) with w = 1 + u as rounded keeps small u
 * exact (Kahan, after Goldberg 1991, theorem 4). */
INLINE nf softplus(nf x) {
  const nf magnitude = choose(x > 0.f, x, -x);
  const nf u = exponential(-magnitude);
  const nf w = 1.f + u;
  const nf lost = w - 1.f;
  const nf tail = choose(lost == 0.f, u, log_positive(w) * u / choose(lost == 0.f, all(1.f), lost));
  return at_least(x, 0.f) + tail;
}

/* What elements first, first + 1, ... are multiplied by: 1 / (1 - rate), or 0. The hash mixes as lowbias32 does
 * (Wellons, hash-prospector, 2018); the second key enters between its rounds. */
INLINE nf kept(const struct ck_dropout *dropout, uint32_t first) {
  nu x = (lane_numbers() + first) * 0x9E3779B9u ^ dropout->key0;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x += dropout->key1;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  const uint32_t threshold = (uint32_t)(dropout->rate * 4294967296.0);
  return (nf)((ni)(x >= threshold) & (ni)all(1.f / (1.f - dropout->rate)));
}

#endif
