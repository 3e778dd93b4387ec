/*
 * Recursive filters for many signals at once.
 *
 * A recursion cannot use SIMD along time, so every lane of a vector is a signal of its own. Rows are transposed in tiles
 * that fit the first-level cache. Up to four sections run at once with their delays in registers: what a section waits
 * for in its own recursion, the others use.
 */
#include "RecursiveFilter.h"

#include <stdint.h>
#include <string.h>

#include "Clones.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef double vector __attribute__((vector_size(CK_SECTION_LANES * sizeof(double))));

enum { LANES = CK_SECTION_LANES, TILE = 64, AT_ONCE = 4 };

INLINE vector load(const double *source) {
  vector value;
  memcpy(&value, source, sizeof value);
  return value;
}

INLINE void store(double *destination, vector value) { memcpy(destination, &value, sizeof value); }

/* Runs sections over a tile; `section_count` is a constant where this is called, so that all loops over it unroll. */
INLINE void run_sections(vector *tile, size_t count, int backward, const double *sections, double *state,
                         const int section_count) {
  vector first[AT_ONCE], second[AT_ONCE];
  for (int s = 0; s < section_count; s++) {
    first[s] = load(state + 2 * s * LANES);
    second[s] = load(state + (2 * s + 1) * LANES);
  }
  for (size_t step = 0; step < count; step++) {
    const size_t time = backward ? count - 1 - step : step;
    vector x = tile[time];
    for (int s = 0; s < section_count; s++) {
      const double *c = sections + 5 * s;
      const vector y = c[0] * x + first[s];
      first[s] = c[1] * x - c[3] * y + second[s];
      second[s] = c[2] * x - c[4] * y;
      x = y;
    }
    tile[time] = x;
  }
  for (int s = 0; s < section_count; s++) {
    store(state + 2 * s * LANES, first[s]);
    store(state + (2 * s + 1) * LANES, second[s]);
  }
}

/* Exchanges rows and columns of 8 by 8 doubles. */
INLINE void transpose(vector *m) {
  vector t[8], u[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(m[i], m[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = 0; j < 2; j++) {
      u[i + j] = __builtin_shufflevector(t[i + j], t[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      u[i + j + 2] = __builtin_shufflevector(t[i + j], t[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; i++) {
    m[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

INLINE void pack(vector *tile, const double *rows, size_t stride, size_t count) {
  size_t time = 0;
  for (; time + LANES <= count; time += LANES) {
    for (size_t row = 0; row < LANES; row++) tile[time + row] = load(rows + row * stride + time);
    transpose(tile + time);
  }
  for (; time < count; time++)
    for (size_t row = 0; row < LANES; row++) tile[time][row] = rows[row * stride + time];
}

INLINE void unpack(double *rows, size_t stride, vector *tile, size_t count) {
  size_t time = 0;
  for (; time + LANES <= count; time += LANES) {
    transpose(tile + time);
    for (size_t row = 0; row < LANES; row++) store(rows + row * stride + time, tile[time + row]);
  }
  for (; time < count; time++)
    for (size_t row = 0; row < LANES; row++) rows[row * stride + time] = tile[time][row];
}

INLINE void filter(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                   size_t section_count, double *state, int backward) {
  vector tile[TILE];
  for (size_t done = 0; done < count;) {
    const size_t length = count - done < TILE ? count - done : TILE;
    double *corner = rows + first + (backward ? count - done - length : done);
    pack(tile, corner, stride, length);
    size_t s = 0;
    for (; s + 4 <= section_count; s += 4)
      run_sections(tile, length, backward, sections + 5 * s, state + 2 * s * LANES, 4);
    switch (section_count - s) {
    case 3: run_sections(tile, length, backward, sections + 5 * s, state + 2 * s * LANES, 3); break;
    case 2: run_sections(tile, length, backward, sections + 5 * s, state + 2 * s * LANES, 2); break;
    case 1: run_sections(tile, length, backward, sections + 5 * s, state + 2 * s * LANES, 1); break;
    }
    unpack(corner, stride, tile, length);
    done += length;
  }
}

CK_CLONES
void ck_sections_forward_normal(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                                size_t section_count, double *state) {
  filter(rows, stride, first, count, sections, section_count, state, 0);
}

CK_CLONES
void ck_sections_backward_normal(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                                 size_t section_count, double *state) {
  filter(rows, stride, first, count, sections, section_count, state, 1);
}

/* What dies away in a recursion ends in numbers below 2.2e-308, with which processors calculate a hundred times slower:
 * for the length of a call they are taken for zero. */
#if defined(__SSE2__)
INLINE uint32_t flush_tiny(void) {
  const uint32_t mode = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(mode | 0x8040);
  return mode;
}
INLINE void restore(uint32_t mode) { __builtin_ia32_ldmxcsr(mode); }
#else
INLINE uint32_t flush_tiny(void) { return 0; }
INLINE void restore(uint32_t mode) { (void)mode; }
#endif

void ck_sections_forward(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                         size_t section_count, double *state) {
  const uint32_t mode = flush_tiny();
  ck_sections_forward_normal(rows, stride, first, count, sections, section_count, state);
  restore(mode);
}

void ck_sections_backward(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                          size_t section_count, double *state) {
  const uint32_t mode = flush_tiny();
  ck_sections_backward_normal(rows, stride, first, count, sections, section_count, state);
  restore(mode);
}
