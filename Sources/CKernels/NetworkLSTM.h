/*
 * One direction of one LSTM layer, and its gradient through time. See NetworkKernels.h.
 *
 * A tile of TILE_ROWS sequences by LANES hidden units has its four gates in registers over the whole inner product, and
 * the gates' functions are applied before anything is stored.
 */

enum { BLOCK = 4 * LANES };

static void lstm_pack(const float *w_ih, const float *w_hh, const float *b_ih, const float *b_hh, size_t inputs,
                      size_t hidden, float *panels, float *bias, float *input_rows, float *recurrent) {
  const size_t blocks = (hidden + LANES - 1) / LANES, inner = inputs + hidden, gates = blocks * BLOCK;
  const size_t column_blocks = (hidden + BLOCK - 1) / BLOCK;
  for (size_t row = 0; row < gates; row++) {
    const size_t block = row / BLOCK, gate = row % BLOCK / LANES, unit = block * LANES + row % LANES;
    const size_t source = gate * hidden + unit;
    const int exists = unit < hidden;
    bias[row] = exists ? b_ih[source] + b_hh[source] : 0.f;
    float *panel = panels + block * inner * BLOCK + row % BLOCK;
    for (size_t k = 0; k < inputs; k++) panel[k * BLOCK] = exists ? w_ih[source * inputs + k] : 0.f;
    panel += inputs * BLOCK;
    for (size_t k = 0; k < hidden; k++) panel[k * BLOCK] = exists ? w_hh[source * hidden + k] : 0.f;
    if (input_rows) {
      for (size_t k = 0; k < inputs; k++) input_rows[row * inputs + k] = exists ? w_ih[source * inputs + k] : 0.f;
    }
    if (recurrent) {
      for (size_t k = 0; k < column_blocks * BLOCK; k++) {
        recurrent[(k / BLOCK * gates + row) * BLOCK + k % BLOCK] =
            exists && k < hidden ? w_hh[source * hidden + k] : 0.f;
      }
    }
  }
}

/* sum[r][q] += rows of a times a panel of 4 * LANES columns. */
INLINE void tile(const int m, const float *a, size_t a_stride, const float *panel, size_t inner,
                 nf sum[TILE_ROWS][4]) {
  for (size_t k = 0; k < inner; k++) {
    const float *w = panel + k * BLOCK;
    const nf w0 = load(w), w1 = load(w + LANES), w2 = load(w + 2 * LANES), w3 = load(w + 3 * LANES);
    UNROLL for (int r = 0; r < m; r++) {
      const float x = a[(size_t)r * a_stride + k];
      sum[r][0] += x * w0;
      sum[r][1] += x * w1;
      sum[r][2] += x * w2;
      sum[r][3] += x * w3;
    }
  }
}

/* Where one block of hidden units of some rows lies, before and after a step. */
struct cell_block {
  const float *panel, *bias, *z, *cells;
  float *next_h, *next_cells, *gates;
  size_t inner, units, width; /* width: units of the block that exist */
};

INLINE void cell(const int m, const struct cell_block *b) {
  nf sum[TILE_ROWS][4];
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < 4; q++) sum[r][q] = load(b->bias + q * LANES);
  }
  tile(m, b->z, b->inner, b->panel, b->inner, sum);
  UNROLL for (int r = 0; r < m; r++) {
    const nf i = sigmoid(sum[r][0]), f = sigmoid(sum[r][1]), g = hyperbolic_tangent(sum[r][2]), o = sigmoid(sum[r][3]);
    const nf c = f * load(b->cells + (size_t)r * b->units) + i * g;
    store(b->next_cells + (size_t)r * b->units, c);
    if (b->gates) {
      float *gates = b->gates + (size_t)r * 4 * b->units;
      store(gates, i);
      store(gates + LANES, f);
      store(gates + 2 * LANES, g);
      store(gates + 3 * LANES, o);
    }
    store_part(b->next_h + (size_t)r * b->inner, o * hyperbolic_tangent(c), b->width);
  }
}

/* A call of its own for every number of rows, so that it is a constant in the tile. */
#if TILE_ROWS == 6
#define EACH_TILE(m, call)                                                                                             \
  switch (m) {                                                                                                         \
  case 6: call(6); break;                                                                                              \
  case 5: call(5); break;                                                                                              \
  case 4: call(4); break;                                                                                              \
  case 3: call(3); break;                                                                                              \
  case 2: call(2); break;                                                                                              \
  default: call(1); break;                                                                                             \
  }
#else
#define EACH_TILE(m, call)                                                                                             \
  switch (m) {                                                                                                         \
  case 3: call(3); break;                                                                                              \
  case 2: call(2); break;                                                                                              \
  default: call(1); break;                                                                                             \
  }
#endif

/* Rows in tiles of nearly the same height: for row = 0 ... with m rows from there on. */
#define EACH_TILE_OF_ROWS(row, m, rows)                                                                                \
  for (size_t row = 0, tiles = ((rows) + TILE_ROWS - 1) / TILE_ROWS, m;                                                \
       m = tiles ? ((rows) - row + tiles - 1) / tiles : 0, row < (rows); row += m, tiles--)

static void lstm(const struct ck_lstm *q) {
  const size_t inner = q->inputs + q->hidden, blocks = (q->hidden + LANES - 1) / LANES, units = blocks * LANES;
  memset(q->cells, 0, q->rows * units * sizeof(float));
  for (size_t r = 0; r < q->rows; r++) memset(q->z + r * inner + q->inputs, 0, q->hidden * sizeof(float));
  for (size_t t = 0; t < q->steps; t++) {
    float *z = q->z + t % q->ring * q->rows * inner, *next = q->z + (t + 1) % q->ring * q->rows * inner + q->inputs;
    const float *cells = q->gates ? q->cells + t * q->rows * units : q->cells;
    float *next_cells = q->gates ? q->cells + (t + 1) * q->rows * units : q->cells;
    for (size_t r = 0; r < q->rows; r++) {
      const float *x = q->x + (ptrdiff_t)r * q->x_row + (ptrdiff_t)t * q->x_step;
      memcpy(z + r * inner, x, q->inputs * sizeof(float));
    }
    for (size_t block = 0; block < blocks; block++) {
      EACH_TILE_OF_ROWS(row, m, q->rows) {
        const struct cell_block b = {
            .panel = q->panels + block * inner * BLOCK,
            .bias = q->bias + block * BLOCK,
            .z = z + row * inner,
            .cells = cells + row * units + block * LANES,
            .next_h = next + row * inner + block * LANES,
            .next_cells = next_cells + row * units + block * LANES,
            .gates = q->gates ? q->gates + ((t * q->rows + row) * units + block * LANES) * 4 : NULL,
            .inner = inner,
            .units = units,
            .width = q->hidden - block * LANES < LANES ? q->hidden - block * LANES : LANES,
        };
#define CALL(m) cell(m, &b)
        EACH_TILE(m, CALL)
#undef CALL
      }
    }
  }
}

/* result [m, 4 * LANES] = rows of a times a panel. */
INLINE void product(const int m, const float *a, size_t a_stride, const float *panel, size_t inner, float *result,
                    size_t stride) {
  nf sum[TILE_ROWS][4];
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < 4; q++) sum[r][q] = all(0.f);
  }
  tile(m, a, a_stride, panel, inner, sum);
  UNROLL for (int r = 0; r < m; r++) {
    UNROLL for (int q = 0; q < 4; q++) store(result + (size_t)r * stride + q * LANES, sum[r][q]);
  }
}

/* Gates of one step become gradients before their functions; d_cells goes one step back. */
INLINE void gates_backward(const struct ck_lstm_backward *q, size_t t, size_t state_columns) {
  const struct ck_lstm *f = q->forward;
  const size_t blocks = (f->hidden + LANES - 1) / LANES, units = blocks * LANES;
  const float *d_hidden = q->only_last ? (t + 1 == f->steps ? q->d_hidden : NULL)
                          : q->d_hidden ? q->d_hidden + (ptrdiff_t)t * q->d_step
                                        : NULL;
  for (size_t block = 0; block < blocks; block++) {
    const size_t first = block * LANES, width = f->hidden - first < LANES ? f->hidden - first : LANES;
    float *d_bias = q->d_bias + block * BLOCK;
    nf si = load(d_bias), sf = load(d_bias + LANES), sg = load(d_bias + 2 * LANES), so = load(d_bias + 3 * LANES);
    for (size_t r = 0; r < f->rows; r++) {
      float *gates = f->gates + ((t * f->rows + r) * units + first) * 4;
      const nf i = load(gates), forget = load(gates + LANES), g = load(gates + 2 * LANES), o = load(gates + 3 * LANES);
      const nf before = load(f->cells + (t * f->rows + r) * units + first);
      const nf tangent = hyperbolic_tangent(load(f->cells + ((t + 1) * f->rows + r) * units + first));
      nf e = load(q->d_state + r * state_columns + first);
      if (d_hidden) e += load_part(d_hidden + (ptrdiff_t)r * q->d_row + first, width);
      float *d_cells = q->d_cells + r * units + first;
      const nf d = load(d_cells) + e * o * (1.f - tangent * tangent);
      const nf di = d * g * i * (1.f - i), df = d * before * forget * (1.f - forget), dg = d * i * (1.f - g * g);
      const nf d_output = e * tangent * o * (1.f - o);
      store(d_cells, d * forget);
      store(gates, di);
      store(gates + LANES, df);
      store(gates + 2 * LANES, dg);
      store(gates + 3 * LANES, d_output);
      si += di;
      sf += df;
      sg += dg;
      so += d_output;
    }
    store(d_bias, si);
    store(d_bias + LANES, sf);
    store(d_bias + 2 * LANES, sg);
    store(d_bias + 3 * LANES, so);
  }
}

static void lstm_backward(const struct ck_lstm_backward *q) {
  const struct ck_lstm *f = q->forward;
  const size_t blocks = (f->hidden + LANES - 1) / LANES, units = blocks * LANES, gates = 4 * units;
  const size_t column_blocks = (f->hidden + BLOCK - 1) / BLOCK, state_columns = column_blocks * BLOCK;
  memset(q->d_state, 0, f->rows * state_columns * sizeof(float));
  memset(q->d_cells, 0, f->rows * units * sizeof(float));
  for (size_t t = f->steps; t-- > 0;) {
    gates_backward(q, t, state_columns);
    if (t == 0) break;
    const float *d_gates = f->gates + t * f->rows * gates;
    for (size_t block = 0; block < column_blocks; block++) {
      const float *panel = q->recurrent + block * gates * BLOCK;
      EACH_TILE_OF_ROWS(row, m, f->rows) {
        const float *a = d_gates + row * gates;
        float *result = q->d_state + row * state_columns + block * BLOCK;
#define CALL(m) product(m, a, gates, panel, gates, result, state_columns)
        EACH_TILE(m, CALL)
#undef CALL
      }
    }
  }
}
