/*
 * The body of sensor_noise.c and sensor_noise_portable.c, which differ in fused multiply-add alone. See NormalFill.h and
 * MatrixProduct.h.
 */
#include "Clones.h"
#include "MatrixProduct.h"
#include "NormalFill.h"
#include "VectorNoise.h"

enum { ROWS = CK_TILE_ROWS };
_Static_assert(CK_TILE_COLUMNS == WIDTH, "a tile is as wide as a vector");

/* The four normals of each of sixteen blocks, block after block: two perfect shuffles. */
INLINE void interleave(const vf v[4], vf result[4]) {
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
  const vf even_low = ZIP_LOW(v[0], v[2]), even_high = ZIP_HIGH(v[0], v[2]);
  const vf odd_low = ZIP_LOW(v[1], v[3]), odd_high = ZIP_HIGH(v[1], v[3]);
  result[0] = ZIP_LOW(even_low, odd_low);
  result[1] = ZIP_HIGH(even_low, odd_low);
  result[2] = ZIP_LOW(even_high, odd_high);
  result[3] = ZIP_HIGH(even_high, odd_high);
}

/* Lanes are successive blocks. */
CK_CLONES void NAMED(ck_fill_normals, SUFFIX)(uint64_t seed, uint32_t stream, uint32_t simulation, uint32_t purpose,
                                              uint32_t first_block, size_t blocks, float *normals) {
  const philox_keys keys = make_keys(seed);
  nu lane;
#pragma clang loop unroll(full)
  for (uint32_t i = 0; i < NOISE_WIDTH; i++) lane[i] = i;
  for (size_t done = 0; done < blocks; done += NOISE_WIDTH) {
    nu c[4] = {lane + (first_block + (uint32_t)done), (nu){0} + stream, (nu){0} + simulation, (nu){0} + purpose};
    nf values[4];
    vf halves[4], ordered[2 * 4];
    philox_lanes(c, &keys);
    box_muller(c[0], c[1], &values[0], &values[1]);
    box_muller(c[2], c[3], &values[2], &values[3]);
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) memcpy(&halves[i], (const float *)&values[i] + half * WIDTH, sizeof(vf));
      interleave(halves, ordered + 4 * half);
    }
    const size_t left = blocks - done;
    memcpy(normals + 4 * done, ordered, 4 * (left < NOISE_WIDTH ? left : (size_t)NOISE_WIDTH) * sizeof(float));
  }
}

/* One tile of the result; `rows` is a constant where this is called. */
INLINE void tile(const struct ck_product *q, const float *a, const float *b, size_t b_stride, size_t depth, float *c,
                 size_t columns, const int rows) {
  vf sum[ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) sum[r] = (vf){0};
  for (size_t k = 0; k < depth; k++) {
    const vf right = load(b + k * b_stride);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sum[r] += a[(size_t)r * q->a_stride + k] * right;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    float *place = c + (size_t)r * q->c_stride;
    vf old = {0};
    if (columns >= WIDTH) {
      if (q->adds) old = load(place);
      store(place, old + q->factor * sum[r]);
    } else {
      if (q->adds) memcpy(&old, place, columns * sizeof(float));
      old += q->factor * sum[r];
      memcpy(place, &old, columns * sizeof(float));
    }
  }
}

CK_CLONES void NAMED(ck_multiply, SUFFIX)(const struct ck_product *q) {
  const float *panel = q->b;
  for (size_t j = 0; j < q->columns; j += WIDTH) {
    const size_t column_depth = q->column_depths ? q->column_depths[j / WIDTH] : q->inner;
    const size_t columns = q->columns - j;
    const float *b = q->b_stride ? q->b + j : panel;
    const size_t b_stride = q->b_stride ? q->b_stride : WIDTH;
    for (size_t i = 0; i < q->rows; i += ROWS) {
      const size_t row_depth = q->row_depths ? q->row_depths[i / ROWS] : q->inner;
      const size_t depth = row_depth < column_depth ? row_depth : column_depth;
      const float *a = q->a + i * q->a_stride;
      float *c = q->c + i * q->c_stride + j;
      switch (q->rows - i) {
      case 1: tile(q, a, b, b_stride, depth, c, columns, 1); break;
      case 2: tile(q, a, b, b_stride, depth, c, columns, 2); break;
      case 3: tile(q, a, b, b_stride, depth, c, columns, 3); break;
      case 4: tile(q, a, b, b_stride, depth, c, columns, 4); break;
      case 5: tile(q, a, b, b_stride, depth, c, columns, 5); break;
      default: tile(q, a, b, b_stride, depth, c, columns, ROWS); break;
      }
    }
    panel += column_depth * WIDTH;
  }
}

CK_CLONES void NAMED(ck_scale_rows, SUFFIX)(float factor, const float *factors, const float *source,
                                            size_t source_stride, float *result, size_t result_stride, size_t rows,
                                            size_t columns, int adds) {
  for (size_t r = 0; r < rows; r++) {
    const float row_factor = factor * factors[r];
    const float *from = source + r * source_stride;
    float *to = result + r * result_stride;
    for (size_t j = 0; j < columns; j += WIDTH) {
      const size_t count = columns - j < WIDTH ? columns - j : WIDTH;
      vf value = {0}, old = {0};
      if (count == WIDTH) {
        value = load(from + j);
        if (adds) old = load(to + j);
        store(to + j, old + row_factor * value);
      } else {
        memcpy(&value, from + j, count * sizeof(float));
        if (adds) memcpy(&old, to + j, count * sizeof(float));
        old += row_factor * value;
        memcpy(to + j, &old, count * sizeof(float));
      }
    }
  }
}
