/* Dense layers whose samples are columns, and sums along rows. See NetworkKernels.h. */

/* Where one tile lies: m rows of the result by v vectors of samples, of which the last one has `rest` lanes. `whole` is
 * a constant that says whether these are all. */
struct dense_tile {
  const float *w, *x;
  float *y;
  size_t rest;
};

INLINE nf dense_activated(nf x, int activation) {
  if (activation == CK_RELU) return at_least(x, 0.f);
  if (activation == CK_TANH) return hyperbolic_tangent(x);
  return x;
}

/* All m v sums stay in registers over the whole inner product; each adds its products in ascending order. */
INLINE void dense_tile(const int m, const int v, const int whole, const struct ck_dense *d, const struct dense_tile t,
                       size_t row, size_t column) {
  nf sum[TILE_ROWS][4];
  UNROLL for (int r = 0; r < m; r++) {
    const nf bias = all(d->bias ? d->bias[row + (size_t)r] : 0.f);
    UNROLL for (int q = 0; q < v; q++) sum[r][q] = bias;
  }
  if (d->added) {
    UNROLL for (int r = 0; r < m; r++) {
      const float *added = d->added + (row + (size_t)r) * d->added_stride;
      if (d->added_is_column) {
        UNROLL for (int q = 0; q < v; q++) sum[r][q] += added[0];
      } else {
        UNROLL for (int q = 0; q < v; q++) {
          sum[r][q] += load_part(added + column + (size_t)q * LANES, whole || q < v - 1 ? LANES : t.rest);
        }
      }
    }
  }
  for (size_t k = 0; k < d->inputs; k++) {
    const float *w = t.w + k * d->w_input, *x = t.x + k * d->x_stride;
#if TILE_ROWS == 6
    nf values[4];
    UNROLL for (int q = 0; q < v; q++) values[q] = load_part(x + q * LANES, whole || q < v - 1 ? LANES : t.rest);
    UNROLL for (int r = 0; r < m; r++) {
      const float weight = w[(size_t)r * d->w_output];
      UNROLL for (int q = 0; q < v; q++) sum[r][q] += weight * values[q];
    }
#else
    /* With 16 registers, one vector of samples at a time. */
    nf weights[TILE_ROWS];
    UNROLL for (int r = 0; r < m; r++) weights[r] = all(w[(size_t)r * d->w_output]);
    UNROLL for (int q = 0; q < v; q++) {
      const nf value = load_part(x + q * LANES, whole || q < v - 1 ? LANES : t.rest);
      UNROLL for (int r = 0; r < m; r++) sum[r][q] += weights[r] * value;
    }
#endif
  }
  UNROLL for (int r = 0; r < m; r++) {
    float *y = t.y + (size_t)r * d->y_stride;
    UNROLL for (int q = 0; q < v; q++) {
      const size_t n = whole || q < v - 1 ? LANES : t.rest;
      nf value = sum[r][q];
      if (d->adds) value += load_part(y + q * LANES, n);
      store_part(y + q * LANES, dense_activated(value, d->activation), n);
    }
  }
}

#if TILE_ROWS == 6
#define EACH_DENSE_ROWS(m, v, whole)                                                                                   \
  switch (m) {                                                                                                         \
  case 6: dense_tile(6, v, whole, d, t, row, column); break;                                                           \
  case 5: dense_tile(5, v, whole, d, t, row, column); break;                                                           \
  case 4: dense_tile(4, v, whole, d, t, row, column); break;                                                           \
  case 3: dense_tile(3, v, whole, d, t, row, column); break;                                                           \
  case 2: dense_tile(2, v, whole, d, t, row, column); break;                                                           \
  default: dense_tile(1, v, whole, d, t, row, column); break;                                                          \
  }
#elif TILE_ROWS == 3
#define EACH_DENSE_ROWS(m, v, whole)                                                                                   \
  switch (m) {                                                                                                         \
  case 3: dense_tile(3, v, whole, d, t, row, column); break;                                                           \
  case 2: dense_tile(2, v, whole, d, t, row, column); break;                                                           \
  default: dense_tile(1, v, whole, d, t, row, column); break;                                                          \
  }
#else
#define EACH_DENSE_ROWS(m, v, whole)                                                                                   \
  switch (m) {                                                                                                         \
  case 2: dense_tile(2, v, whole, d, t, row, column); break;                                                           \
  default: dense_tile(1, v, whole, d, t, row, column); break;                                                          \
  }
#endif

static void dense(const struct ck_dense *d) {
  const size_t width = 4 * LANES, tiles = (d->outputs + TILE_ROWS - 1) / TILE_ROWS;
  for (size_t column = 0; column < d->samples; column += width) {
    const size_t samples = d->samples - column < width ? d->samples - column : width;
    const size_t vectors = (samples + LANES - 1) / LANES;
    /* Rows are shared out evenly, so that no tile is left with one of them. */
    for (size_t tile = 0, row = 0; tile < tiles; tile++) {
      const size_t m = (d->outputs - row + (tiles - tile) - 1) / (tiles - tile);
      const struct dense_tile t = {d->w + row * d->w_output, d->x + column, d->y + row * d->y_stride + column,
                                   samples - (vectors - 1) * LANES};
      switch (samples == width ? 5 : vectors) {
      case 5: EACH_DENSE_ROWS(m, 4, 1); break;
      case 4: EACH_DENSE_ROWS(m, 4, 0); break;
      case 3: EACH_DENSE_ROWS(m, 3, 0); break;
      case 2: EACH_DENSE_ROWS(m, 2, 0); break;
      default: EACH_DENSE_ROWS(m, 1, 0); break;
      }
      row += m;
    }
  }
}

static void row_sums(const float *x, size_t rows, size_t columns, float *sums) {
  for (size_t r = 0; r < rows; r++) {
    nf sum = all(0.f);
    EACH_PART(i, columns, n) sum += load_part(x + r * columns + i, n);
    sums[r] += sum_lanes(sum);
  }
}

/* In squares that stay in cache. */
static void transpose(const float *x, size_t rows, size_t columns, float *y) {
  for (size_t first = 0; first < rows; first += 16) {
    const size_t last = rows - first < 16 ? rows : first + 16;
    for (size_t c = 0; c < columns; c++) {
      for (size_t r = first; r < last; r++) y[c * rows + r] = x[r * columns + c];
    }
  }
}

/* Gated as GLU (Dauphin et al. 2017), with a residual. */
static void gated_add(const float *x, const float *branch, const float *gates, int gate_is_column, size_t rows,
                      size_t columns, float *y) {
  for (size_t r = 0; r < rows; r++) {
    const size_t first = r * columns;
    const nf factor = gate_is_column ? sigmoid(all(gates[r])) : all(0.f);
    EACH_PART(i, columns, n) {
      const nf gate = gate_is_column ? factor : sigmoid(load_part(gates + first + i, n));
      const nf value = load_part(x + first + i, n) + load_part(branch + first + i, n) * gate;
      store_part(y + first + i, value, n);
    }
  }
}

static void gated_add_backward(const float *dy, const float *branch, const float *gates, int gate_is_column,
                               size_t rows, size_t columns, float *d_branch, float *d_gates) {
  for (size_t r = 0; r < rows; r++) {
    const size_t first = r * columns;
    nf sum = all(0.f);
    EACH_PART(i, columns, n) {
      const nf gate = sigmoid(gate_is_column ? all(gates[r]) : load_part(gates + first + i, n));
      const nf e = load_part(dy + first + i, n) * gate;
      if (d_branch) store_part(d_branch + first + i, load_part(d_branch + first + i, n) + e, n);
      const nf slope = e * load_part(branch + first + i, n) * (1.f - gate);
      sum += slope;
      if (d_gates && !gate_is_column) {
        store_part(d_gates + first + i, load_part(d_gates + first + i, n) + slope, n);
      }
    }
    if (d_gates && gate_is_column) d_gates[r] += sum_lanes(sum);
  }
}
