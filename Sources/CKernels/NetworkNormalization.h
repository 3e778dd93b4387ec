/* Layer normalisation (Ba, Kiros and Hinton 2016) of a residual and a branch with dropout. See NetworkKernels.h. */

static void normalize(float *y, float *normal, float *scale, const float *residual, const float *branch,
                      const float *gain, const float *offset, size_t rows, size_t columns, float epsilon,
                      const struct ck_dropout *dropout) {
  const float share = 1.f / (float)columns;
  for (size_t r = 0; r < rows; r++) {
    float *v = normal + r * columns;
    nf sum = all(0.f), squares = all(0.f);
    EACH_PART(i, columns, n) {
      const size_t place = r * columns + i;
      nf value = load_part(branch + place, n);
      if (dropout->rate > 0.f) value *= kept(dropout, (uint32_t)place);
      if (residual) value += load_part(residual + place, n);
      store_part(v + i, value, n);
      sum += value;
    }
    const float mean = sum_lanes(sum) * share;
    EACH_PART(i, columns, n) {
      nf difference = load_part(v + i, n) - mean;
      if (n < LANES) difference = choose(lane_numbers() < (uint32_t)n, difference, all(0.f));
      squares += difference * difference;
    }
    const float inverse = 1.f / sqrtf(sum_lanes(squares) * share + epsilon);
    scale[r] = inverse;
    EACH_PART(i, columns, n) {
      const nf value = (load_part(v + i, n) - mean) * inverse;
      store_part(v + i, value, n);
      store_part(y + r * columns + i, value * load_part(gain + i, n) + load_part(offset + i, n), n);
    }
  }
}

static void normalize_backward(const float *dy, const float *normal, const float *scale, const float *gain, size_t rows,
                               size_t columns, float *d_residual, int adds_residual, float *d_branch, int adds_branch,
                               float *d_gain, float *d_offset, const struct ck_dropout *dropout) {
  const float share = 1.f / (float)columns;
  for (size_t r = 0; r < rows; r++) {
    const float *e = dy + r * columns, *v = normal + r * columns;
    nf sum = all(0.f), product = all(0.f);
    EACH_PART(i, columns, n) {
      nf d = load_part(e + i, n);
      const nf x = load_part(v + i, n);
      if (d_gain) store_part(d_gain + i, load_part(d_gain + i, n) + d * x, n);
      if (d_offset) store_part(d_offset + i, load_part(d_offset + i, n) + d, n);
      d *= load_part(gain + i, n);
      sum += d;
      product += d * x;
    }
    const float mean = sum_lanes(sum) * share, slope = sum_lanes(product) * share, inverse = scale[r];
    EACH_PART(i, columns, n) {
      const size_t place = r * columns + i;
      nf d = (load_part(e + i, n) * load_part(gain + i, n) - mean - load_part(v + i, n) * slope) * inverse;
      if (d_residual) {
        store_part(d_residual + place, adds_residual ? load_part(d_residual + place, n) + d : d, n);
      }
      if (d_branch) {
        if (dropout->rate > 0.f) d *= kept(dropout, (uint32_t)place);
        store_part(d_branch + place, adds_branch ? load_part(d_branch + place, n) + d : d, n);
      }
    }
  }
}
