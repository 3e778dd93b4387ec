/* Convolutions of few channels along time, with samples along the lanes. See NetworkKernels.h.
 *
 * As many samples as there are lanes are one block, [steps, channels, lanes]. A window of it is a stretch of vectors, and
 * no length and no number of channels leaves lanes empty, as matrix products of such small inner sizes would. */

/* Outputs whose sums stay in registers, for two results; rows of gradients likewise, for one. */
#if TILE_ROWS == 6
#define CONVOLUTION_ROWS 12
#elif TILE_ROWS == 3
#define CONVOLUTION_ROWS 6
#else
#define CONVOLUTION_ROWS 4
#endif

/* Calls with constants that sum to `count`, none above `most`. */
#define EACH_ROWS(row, count, most, call)                                                                              \
  for (size_t row = 0, left; left = (count) - row, row < (count);) {                                                   \
    if (most >= 12 && left >= 12) {                                                                                    \
      call(12);                                                                                                        \
      row += 12;                                                                                                       \
    } else if (most >= 6 && left >= 6) {                                                                               \
      call(6);                                                                                                         \
      row += 6;                                                                                                        \
    } else if (most >= 4 && left >= 4) {                                                                               \
      call(4);                                                                                                         \
      row += 4;                                                                                                        \
    } else if (most >= 3 && left >= 3) {                                                                               \
      call(3);                                                                                                         \
      row += 3;                                                                                                        \
    } else if (left >= 2) {                                                                                            \
      call(2);                                                                                                         \
      row += 2;                                                                                                        \
    } else {                                                                                                           \
      call(1);                                                                                                         \
      row += 1;                                                                                                        \
    }                                                                                                                  \
  }

typedef float n4 __attribute__((vector_size(16)));

INLINE n4 load_four(const float *source) {
  n4 value;
  memcpy(&value, source, sizeof value);
  return value;
}
INLINE void store_four(float *destination, n4 value) { memcpy(destination, &value, sizeof value); }

/* Rows and columns of four by four numbers change places. */
INLINE void transpose_four(n4 *r) {
  const n4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  const n4 c = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

/* block [count, lanes] of rows [samples, count]; lanes of samples that there are not become 0. */
static void to_lanes(const float *rows, size_t samples, size_t count, float *block) {
  for (size_t s = 0; s < LANES; s += 4) {
    size_t k = 0;
    if (s + 4 <= samples) {
      for (; k + 4 <= count; k += 4) {
        n4 part[4];
        UNROLL for (size_t i = 0; i < 4; i++) part[i] = load_four(rows + (s + i) * count + k);
        transpose_four(part);
        UNROLL for (size_t i = 0; i < 4; i++) store_four(block + (k + i) * LANES + s, part[i]);
      }
    }
    for (; k < count; k++) {
      for (size_t i = 0; i < 4; i++) block[k * LANES + s + i] = s + i < samples ? rows[(s + i) * count + k] : 0.f;
    }
  }
}

/* The other way; rows are added to if `adds`. */
INLINE void from_lanes(const float *block, size_t samples, size_t count, float *rows, const int adds) {
  for (size_t s = 0; s < samples; s += 4) {
    size_t k = 0;
    if (s + 4 <= samples) {
      for (; k + 4 <= count; k += 4) {
        n4 part[4];
        UNROLL for (size_t i = 0; i < 4; i++) part[i] = load_four(block + (k + i) * LANES + s);
        transpose_four(part);
        UNROLL for (size_t i = 0; i < 4; i++) {
          float *row = rows + (s + i) * count + k;
          store_four(row, adds ? load_four(row) + part[i] : part[i]);
        }
      }
    }
    for (; k < count; k++) {
      for (size_t i = 0; i < 4 && s + i < samples; i++) {
        float *row = rows + (s + i) * count + k;
        *row = adds ? *row + block[k * LANES + s + i] : block[k * LANES + s + i];
      }
    }
  }
}

/* Vectors from one window to the next, and of a window. */
INLINE size_t window_step(const struct ck_convolution *c) { return c->stride * c->channels * LANES; }
INLINE size_t window_size(const struct ck_convolution *c) { return c->width * c->channels; }
INLINE size_t block_size(const struct ck_convolution *c) {
  return (c->length + 2 * c->padding) * c->channels * LANES;
}

/* Sums of m outputs for n windows that follow one another. */
INLINE void window_sums(const int m, const int n, const struct ck_convolution *c, const float *x, const float *weights,
                        nf sum[CONVOLUTION_ROWS][2]) {
  const size_t size = window_size(c), step = window_step(c);
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < n; q++) sum[r][q] = all(0.f);
  }
  for (size_t k = 0; k < size; k++) {
    nf values[2];
    UNROLL for (int q = 0; q < n; q++) values[q] = load(x + (size_t)q * step + k * LANES);
    UNROLL for (int r = 0; r < m; r++) {
      const float weight = weights[k * c->outputs + (size_t)r];
      UNROLL for (int q = 0; q < n; q++) sum[r][q] += weight * values[q];
    }
  }
}

/* m outputs of a block. */
INLINE void convolution_rows(const int m, const struct ck_convolution *c, const float *x, const float *weights, float *y) {
  nf sum[CONVOLUTION_ROWS][2];
  for (size_t t = 0; t < c->results; t += 2) {
    const float *start = x + t * window_step(c);
    const size_t n = c->results - t < 2 ? 1 : 2;
    if (n == 2) window_sums(m, 2, c, start, weights, sum);
    else window_sums(m, 1, c, start, weights, sum);
    for (size_t q = 0; q < n; q++) {
      UNROLL for (int r = 0; r < m; r++) store(y + ((t + q) * c->outputs + (size_t)r) * LANES, sum[r][q]);
    }
  }
}

/* The same with bias, ReLU and maximum, as pool_maximum has them. */
INLINE void pooled_rows(const int m, const struct ck_convolution *c, const float *x, const float *weights,
                        const float *bias, float *y, uint8_t *places) {
  for (size_t t = 0; t < c->pooled; t++) {
    nf best[CONVOLUTION_ROWS], sum[CONVOLUTION_ROWS][2];
    ni place[CONVOLUTION_ROWS];
    UNROLL for (int r = 0; r < m; r++) {
      best[r] = all(0.f);
      place[r] = (ni){0} + 255;
    }
    for (size_t first = 0; first < c->pool_width; first += 2) {
      const float *start = x + (t * c->pool_stride + first) * window_step(c);
      const size_t n = c->pool_width - first < 2 ? 1 : 2;
      if (n == 2) window_sums(m, 2, c, start, weights, sum);
      else window_sums(m, 1, c, start, weights, sum);
      for (size_t q = 0; q < n; q++) {
        UNROLL for (int r = 0; r < m; r++) {
          const nf value = sum[r][q] + bias[r];
          const ni better = (value > best[r]) | (value != value);
          best[r] = choose(better, value, best[r]);
          place[r] = (((ni){0} + (int32_t)(first + q)) & better) | (place[r] & ~better);
        }
      }
    }
    UNROLL for (int r = 0; r < m; r++) {
      const size_t target = (t * c->outputs + (size_t)r) * LANES;
      store(y + target, best[r]);
      const nb narrow = __builtin_convertvector(place[r], nb);
      memcpy(places + target, &narrow, sizeof narrow);
    }
  }
}

static void convolve(const struct ck_convolution *c, const float *x, const float *weights, const float *bias, float *y,
                     uint8_t *places, float *scratch) {
  const size_t edge = c->padding * c->channels * LANES, count = c->length * c->channels;
  const size_t made = (c->pool_width ? c->pooled : c->results) * c->outputs;
  float *block = scratch, *result = scratch + block_size(c);
  memset(block, 0, edge * sizeof *block);
  memset(block + block_size(c) - edge, 0, edge * sizeof *block);
  for (size_t first = 0; first < c->samples; first += LANES) {
    const size_t samples = c->samples - first < LANES ? c->samples - first : LANES;
    to_lanes(x + first * count, samples, count, block + edge);
    if (c->pool_width) {
#define CALL(m) pooled_rows(m, c, block, weights + row, bias + row, result + row * LANES,                              \
                            places + first * made + row * LANES)
      EACH_ROWS(row, c->outputs, CONVOLUTION_ROWS, CALL)
#undef CALL
    } else {
#define CALL(m) convolution_rows(m, c, block, weights + row, result + row * LANES)
      EACH_ROWS(row, c->outputs, CONVOLUTION_ROWS, CALL)
#undef CALL
    }
    from_lanes(result, samples, made, y + first * made, 0);
  }
}

/* Gradients of the convolution's results, from those of the maxima; sums over lanes stay for the end. */
static void spread_maxima(const struct ck_convolution *c, const float *dy, const uint8_t *places, float *d_results) {
  memset(d_results, 0, c->results * c->outputs * LANES * sizeof *d_results);
  for (size_t t = 0; t < c->pooled; t++) {
    for (size_t o = 0; o < c->outputs; o++) {
      const size_t source = (t * c->outputs + o) * LANES;
      const nf e = load(dy + source);
      nb narrow;
      memcpy(&narrow, places + source, sizeof narrow);
      const ni place = __builtin_convertvector(narrow, ni);
      for (size_t q = 0; q < c->pool_width; q++) {
        float *d = d_results + ((t * c->pool_stride + q) * c->outputs + o) * LANES;
        store(d, load(d) + choose(place == (int32_t)q, e, all(0.f)));
      }
    }
  }
}

/* Sums over results, [m, n, lanes], of gradients times steps of windows. */
INLINE void weight_tile(const int m, const int n, const struct ck_convolution *c, const float *d_results, const float *x,
                        float *sums) {
  const size_t size = window_size(c), step = window_step(c);
  nf sum[TILE_ROWS][4];
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < n; q++) sum[r][q] = load(sums + ((size_t)r * size + (size_t)q) * LANES);
  }
  for (size_t t = 0; t < c->results; t++) {
    nf e[TILE_ROWS];
    UNROLL for (int r = 0; r < m; r++) e[r] = load(d_results + (t * c->outputs + (size_t)r) * LANES);
    UNROLL for (int q = 0; q < n; q++) {
      const nf value = load(x + t * step + (size_t)q * LANES);
      UNROLL for (int r = 0; r < m; r++) sum[r][q] += e[r] * value;
    }
  }
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < n; q++) store(sums + ((size_t)r * size + (size_t)q) * LANES, sum[r][q]);
  }
}

INLINE void weight_rows(const int m, const struct ck_convolution *c, const float *d_results, const float *x, float *sums) {
#define CALL(n) weight_tile(m, n, c, d_results, x + k * LANES, sums + k * LANES)
  EACH_ROWS(k, window_size(c), 4, CALL)
#undef CALL
}

/* Adds to m steps of every window the gradients of its results. */
INLINE void input_rows(const int m, const struct ck_convolution *c, const float *d_results, const float *weights,
                       float *dx) {
  const size_t size = window_size(c), step = window_step(c);
  for (size_t t = 0; t < c->results; t++) {
    float *target = dx + t * step;
    nf sum[12];
    UNROLL for (int r = 0; r < m; r++) sum[r] = load(target + r * LANES);
    for (size_t o = 0; o < c->outputs; o++) {
      const nf e = load(d_results + (t * c->outputs + o) * LANES);
      UNROLL for (int r = 0; r < m; r++) sum[r] += weights[o * size + (size_t)r] * e;
    }
    UNROLL for (int r = 0; r < m; r++) store(target + r * LANES, sum[r]);
  }
}

static void convolve_backward(const struct ck_convolution *c, const float *x, const float *weights, const float *dy,
                              const uint8_t *places, float *dx, float *d_weights, float *d_bias, float *scratch) {
  const size_t size = window_size(c), edge = c->padding * c->channels * LANES, count = c->length * c->channels;
  const size_t made = (c->pool_width ? c->pooled : c->results) * c->outputs;
  float *block = scratch, *d_block = block + block_size(c), *d_results = d_block + block_size(c);
  float *d_made = d_results + c->results * c->outputs * LANES;
  float *sums = d_made + made * LANES, *bias_sums = sums + c->outputs * size * LANES;
  memset(block, 0, edge * sizeof *block);
  memset(block + block_size(c) - edge, 0, edge * sizeof *block);
  memset(sums, 0, c->outputs * (size + 1) * LANES * sizeof *sums);
  for (size_t first = 0; first < c->samples; first += LANES) {
    const size_t samples = c->samples - first < LANES ? c->samples - first : LANES;
    to_lanes(x + first * count, samples, count, block + edge);
    if (c->pool_width) {
      to_lanes(dy + first * made, samples, made, d_made);
      spread_maxima(c, d_made, places + first * made, d_results);
    } else {
      to_lanes(dy + first * made, samples, made, d_results);
    }
#define CALL(m) weight_rows(m, c, d_results + row * LANES, block, sums + row * size * LANES)
    EACH_ROWS(row, c->outputs, TILE_ROWS, CALL)
#undef CALL
    for (size_t o = 0; d_bias && o < c->outputs; o++) {
      nf sum = load(bias_sums + o * LANES);
      for (size_t t = 0; t < c->results; t++) sum += load(d_results + (t * c->outputs + o) * LANES);
      store(bias_sums + o * LANES, sum);
    }
    if (!dx) continue;
    memset(d_block, 0, block_size(c) * sizeof *d_block);
#define CALL(m) input_rows(m, c, d_results, weights + k, d_block + k * LANES)
    EACH_ROWS(k, size, 12, CALL)
#undef CALL
    from_lanes(d_block + edge, samples, count, dx + first * count, 1);
  }
  for (size_t i = 0; i < c->outputs * size; i++) d_weights[i] += sum_lanes(load(sums + i * LANES));
  for (size_t o = 0; d_bias && o < c->outputs; o++) d_bias[o] += sum_lanes(load(bias_sums + o * LANES));
}
