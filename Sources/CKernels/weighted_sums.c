#include "WeightedSums.h"

#include <string.h>

#include "Clones.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

enum { LANES = 8, TILE = 4 * LANES };
typedef double vector __attribute__((vector_size(LANES * sizeof(double))));

static inline __attribute__((always_inline)) vector load(const double *place) {
  vector value;
  memcpy(&value, place, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) void store(double *place, vector value) {
  memcpy(place, &value, sizeof value);
}

/* A few samples of all rows at a time: their sources stay in the first-level cache, and sums in registers. */
CK_CLONES
void ck_weighted_sums(const double *source, size_t source_stride, double *destination, size_t destination_stride,
                      size_t rows, const int32_t *row_starts, const int32_t *columns, const double *weights,
                      size_t times) {
  size_t t = 0;
  for (; t + TILE <= times; t += TILE) {
    for (size_t r = 0; r < rows; r++) {
      vector a = {0}, b = {0}, c = {0}, d = {0};
      for (int32_t k = row_starts[r]; k < row_starts[r + 1]; k++) {
        const double *row = source + (size_t)columns[k] * source_stride + t;
        const vector weight = weights[k] - (vector){0};
        a += weight * load(row);
        b += weight * load(row + LANES);
        c += weight * load(row + 2 * LANES);
        d += weight * load(row + 3 * LANES);
      }
      double *result = destination + r * destination_stride + t;
      store(result, a);
      store(result + LANES, b);
      store(result + 2 * LANES, c);
      store(result + 3 * LANES, d);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    for (size_t rest = t; rest < times; rest++) {
      double sum = 0;
      for (int32_t k = row_starts[r]; k < row_starts[r + 1]; k++) {
        sum += weights[k] * source[(size_t)columns[k] * source_stride + rest];
      }
      destination[r * destination_stride + rest] = sum;
    }
  }
}
