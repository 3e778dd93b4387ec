/* Softmax with dropout, along rows of scores. See NetworkKernels.h. */

/* All ones where a key counts: it exists, and is not left out. */
INLINE ni counted(const float *keys, size_t i, size_t n) {
  ni mask = (ni)(lane_numbers() < (uint32_t)n);
  if (keys) mask &= load_part(keys + i, n) != 0.f;
  return mask;
}

static void softmax(float *scores, size_t rows, size_t columns, size_t stride, float factor, const float *keys,
                    float *log_sums, float *inverses, const struct ck_dropout *dropout) {
  const nf lowest = all(-INFINITY);
  for (size_t r = 0; r < rows; r++) {
    float *s = scores + r * stride;
    nf maximum = lowest;
    EACH_PART(i, columns, n) {
      nf value = load(s + i);
      if (keys || n < LANES) value = choose(counted(keys, i, n), value, lowest);
      maximum = choose(value > maximum, value, maximum);
    }
    const float top = factor * largest_lane(maximum);
    nf sum = all(0.f);
    EACH_PART(i, columns, n) {
      nf value = exponential_below_88(load(s + i) * factor - top);
      if (keys || n < LANES) value = choose(counted(keys, i, n), value, all(0.f));
      sum += value;
      if (dropout->rate > 0.f) value *= kept(dropout, (uint32_t)(r * stride + i));
      store(s + i, value);
    }
    const float total = sum_lanes(sum);
    inverses[r] = 1.f / total;
    log_sums[r] = top + log_positive(all(total))[0];
    for (size_t i = (columns + LANES - 1) / LANES * LANES; i < stride; i += LANES) store(s + i, all(0.f));
  }
}

static void softmax_backward(float *scores, float *d_weights, size_t rows, size_t columns, size_t stride, float factor,
                             const float *keys, const float *log_sums, const float *dots,
                             const struct ck_dropout *dropout) {
  for (size_t r = 0; r < rows; r++) {
    float *s = scores + r * stride, *d = d_weights + r * stride;
    const float log_sum = log_sums[r], dot = dots[r];
    EACH_PART(i, columns, n) {
      nf weight = exponential_below_88(load(s + i) * factor - log_sum), e = load(d + i), dropped;
      if (keys || n < LANES) {
        const ni mask = counted(keys, i, n);
        weight = choose(mask, weight, all(0.f));
        e = choose(mask, e, all(0.f));
      }
      if (dropout->rate > 0.f) {
        const nf keep = kept(dropout, (uint32_t)(r * stride + i));
        dropped = weight * keep;
        e *= keep;
      } else {
        dropped = weight;
      }
      store(d + i, dropped);
      store(s + i, weight * (e - dot) * factor);
    }
    for (size_t i = (columns + LANES - 1) / LANES * LANES; i < stride; i += LANES) {
      store(s + i, all(0.f));
      store(d + i, all(0.f));
    }
  }
}

static void scale_rows(float *x, size_t stride, const float *factors, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    EACH_PART(i, columns, n) store_part(x + r * stride + i, load_part(x + r * stride + i, n) * factors[r], n);
  }
}

static void row_dots(const float *a, size_t a_stride, const float *b, size_t b_stride, size_t rows, size_t columns,
                     float *result) {
  for (size_t r = 0; r < rows; r++) {
    nf sum = all(0.f);
    EACH_PART(i, columns, n) sum += load_part(a + r * a_stride + i, n) * load_part(b + r * b_stride + i, n);
    result[r] = sum_lanes(sum);
  }
}
