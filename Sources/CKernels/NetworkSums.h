/* Pooling, sums, and the optimiser. See NetworkKernels.h. */

static void pool_maximum(const float *x, const float *bias, size_t results, size_t columns, size_t width, size_t stride,
                         int positive, float *result, uint8_t *places) {
  for (size_t t = 0; t < results; t++) {
    EACH_PART(i, columns, n) {
      const nf offset = bias ? load_part(bias + i, n) : all(0.f);
      nf best = all(positive ? 0.f : -INFINITY);
      ni place = (ni){0} + 255;
      for (size_t j = 0; j < width; j++) {
        const nf value = load_part(x + (t * stride + j) * columns + i, n) + offset;
        const ni better = (value > best) | (value != value); /* a NaN wins, and stays */
        best = choose(better, value, best);
        place = (((ni){0} + (int32_t)j) & better) | (place & ~better);
      }
      store_part(result + t * columns + i, best, n);
      for (size_t lane = 0; lane < n; lane++) places[t * columns + i + lane] = (uint8_t)place[lane];
    }
  }
}

static void pool_maximum_backward(const float *d_result, const uint8_t *places, size_t results, size_t columns,
                                  size_t width, size_t stride, float *dx) {
  for (size_t t = 0; t < results; t++) {
    const uint8_t *place = places + t * columns;
    const float *e = d_result + t * columns;
    for (size_t j = 0; j < width; j++) {
      float *d = dx + (t * stride + j) * columns;
      for (size_t i = 0; i < columns; i++) d[i] += place[i] == j ? e[i] : 0.f;
    }
  }
}

static void column_sums(const float *x, const float *factors, size_t rows, size_t columns, float *sums) {
  EACH_PART(i, columns, n) {
    nf sum = all(0.f);
    for (size_t r = 0; r < rows; r++) {
      const nf value = load_part(x + r * columns + i, n);
      sum += factors ? factors[r] * value : value;
    }
    store_part(sums + i, load_part(sums + i, n) + sum, n);
  }
}

static void add_row(float *y, const float *x, const float *factors, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float factor = factors ? factors[r] : 1.f;
    for (size_t i = 0; i < columns; i++) y[r * columns + i] += factor * x[i];
  }
}

static void scale(float *y, const float *x, float factor, size_t count, int adds) {
  if (adds) {
    for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = factor * x[i];
  }
}

static void multiply(float *y, const float *a, const float *b, size_t count, int adds) {
  if (adds) {
    for (size_t i = 0; i < count; i++) y[i] += a[i] * b[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = a[i] * b[i];
  }
}

/* Eight partial sums in double precision, the same at every level. */
static double sum_of_squares(const float *x, size_t count) {
  double sums[8] = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (size_t j = 0; j < 8; j++) sums[j] += (double)x[i + j] * (double)x[i + j];
  }
  for (; i < count; i++) sums[0] += (double)x[i] * (double)x[i];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

static void adam(float *values, const float *gradients, float *first, float *second, size_t count,
                 const struct ck_adam *settings) {
  const struct ck_adam s = *settings;
  const float step = s.rate / s.first_correction, root = 1.f / sqrtf(s.second_correction);
  const float shrink = s.decoupled ? 1.f - s.rate * s.decay : 1.f, coupled = s.decoupled ? 0.f : s.decay;
  for (size_t i = 0; i < count; i++) {
    const float value = values[i];
    const float g = s.factor * gradients[i] + coupled * value;
    first[i] = s.beta1 * first[i] + (1.f - s.beta1) * g;
    second[i] = s.beta2 * second[i] + (1.f - s.beta2) * g * g;
    values[i] = shrink * value - step * first[i] / (sqrtf(second[i]) * root + s.epsilon);
  }
}
