/*
 * Monotone rational-quadratic splines on -bound ... bound, the identity beyond (Gregory and Delbourgo 1982; Durkan,
 * Bekasov, Murray and Papamakarios 2019, "Neural spline flows"), and affine maps. See NetworkKernels.h.
 *
 * A lane is a sample: all of a vector's splines are computed together, and the bin of each is chosen by masks.
 */

/* The bin that a value lies in, and shares of all bins for the gradient. */
struct spline_bin {
  nf left, width, bottom, height, slope0, slope1; /* slopes at both ends */
  nf raw0, raw1;                                  /* slopes before softplus */
  ni number;
};

INLINE void spline_softmax(const float *parameters, size_t stride, size_t n, const struct ck_spline *s, nf *shares) {
  nf largest = load_part(parameters, n), sum = all(0.f);
  for (size_t j = 1; j < s->bins; j++) {
    const nf value = load_part(parameters + j * stride, n);
    largest = choose(value > largest, value, largest);
  }
  for (size_t j = 0; j < s->bins; j++) {
    shares[j] = exponential_below_88((load_part(parameters + j * stride, n) - largest) * s->scale);
    sum += shares[j];
  }
  sum = 1.f / sum;
  for (size_t j = 0; j < s->bins; j++) shares[j] *= sum;
}

/* Finds the bin by left ends if `by_width`, else by lower ends. */
INLINE struct spline_bin find_bin(const struct ck_spline *s, const float *parameters, size_t stride, size_t n, nf value,
                                  const int by_width, nf *widths, nf *heights) {
  struct spline_bin bin;
  const size_t bins = s->bins;
  spline_softmax(parameters, stride, n, s, widths);
  spline_softmax(parameters + bins * stride, stride, n, s, heights);
  const float *slopes = parameters + 2 * bins * stride;
  const float extent = 2.f * s->bound, rest = 1.f - s->smallest_bin * (float)bins;
  nf left = all(-s->bound), bottom = left;
  for (size_t j = 0; j < bins; j++) {
    const int last = j + 1 == bins;
    /* The last bin ends at the bound, whatever rounding did to the sum. */
    const nf width = last ? s->bound - left : extent * (s->smallest_bin + rest * widths[j]);
    const nf height = last ? s->bound - bottom : extent * (s->smallest_bin + rest * heights[j]);
    const nf raw0 = j ? load_part(slopes + (j - 1) * stride, n) : all(0.f);
    const nf raw1 = last ? all(0.f) : load_part(slopes + j * stride, n);
    if (j == 0) {
      bin = (struct spline_bin){.left = left, .width = width, .bottom = bottom, .height = height, .raw0 = raw0,
                                .raw1 = raw1, .number = (ni){0}};
    } else {
      const ni here = value >= (by_width ? left : bottom);
      bin.left = choose(here, left, bin.left);
      bin.width = choose(here, width, bin.width);
      bin.bottom = choose(here, bottom, bin.bottom);
      bin.height = choose(here, height, bin.height);
      bin.raw0 = choose(here, raw0, bin.raw0);
      bin.raw1 = choose(here, raw1, bin.raw1);
      bin.number = (((ni){0} + (int32_t)j) & here) | (bin.number & ~here);
    }
    left += width;
    bottom += height;
  }
  /* The tails have slope 1, and the spline meets them with it. */
  const nf slope0 = s->smallest_slope + softplus(bin.raw0), slope1 = s->smallest_slope + softplus(bin.raw1);
  bin.slope0 = choose(bin.number == 0, all(1.f), slope0);
  bin.slope1 = choose(bin.number == (int32_t)(bins - 1), all(1.f), slope1);
  return bin;
}

INLINE ni inside(nf x, float bound) { return (x >= -bound) & (x <= bound); }

/* Logarithm of the slope at a share t of the bin's width; `mean` is height over width. */
INLINE nf log_slope(const struct spline_bin *b, nf mean, nf t) {
  const nf u = 1.f - t, product = t * u;
  const nf denominator = mean + (b->slope0 + b->slope1 - 2.f * mean) * product;
  const nf numerator = b->slope1 * t * t + 2.f * mean * product + b->slope0 * u * u;
  const nf ratio = mean / denominator;
  return log_positive(numerator * ratio * ratio);
}

static void spline(const struct ck_spline *s, const float *x, const float *parameters, size_t stride, size_t count,
                   float *y, float *log_slopes) {
  nf widths[CK_MOST_BINS], heights[CK_MOST_BINS];
  EACH_PART(i, count, n) {
    const nf value = load_part(x + i, n);
    const ni in = inside(value, s->bound);
    const nf v = choose(in, value, all(0.f));
    const struct spline_bin b = find_bin(s, parameters + i, stride, n, v, 1, widths, heights);
    const nf t = (v - b.left) / b.width, u = 1.f - t, mean = b.height / b.width;
    const nf denominator = mean + (b.slope0 + b.slope1 - 2.f * mean) * t * u;
    const nf result = b.bottom + b.height * (mean * t * t + b.slope0 * t * u) / denominator;
    store_part(y + i, choose(in, result, value), n);
    store_part(log_slopes + i, load_part(log_slopes + i, n) + choose(in, log_slope(&b, mean, t), all(0.f)), n);
  }
}

/* The share t of the bin solves a quadratic equation (Durkan et al., equations 6 to 8, from the root that stays exact),
 * and one step of Newton's takes rounding away. */
static void spline_inverse(const struct ck_spline *s, const float *y, const float *parameters, size_t stride,
                           size_t count, float *x, float *log_slopes) {
  nf widths[CK_MOST_BINS], heights[CK_MOST_BINS];
  EACH_PART(i, count, n) {
    const nf value = load_part(y + i, n);
    const ni in = inside(value, s->bound);
    const nf v = choose(in, value, all(0.f));
    const struct spline_bin b = find_bin(s, parameters + i, stride, n, v, 0, widths, heights);
    const nf mean = b.height / b.width, up = v - b.bottom, bend = b.slope0 + b.slope1 - 2.f * mean;
    const nf a0 = b.height * (mean - b.slope0) + up * bend;
    const nf a1 = b.height * b.slope0 - up * bend;
    const nf a2 = -mean * up;
    const nf square = at_least(a1 * a1 - 4.f * a0 * a2, 0.f);
    const nf root = __builtin_elementwise_sqrt(square);
    nf t = 2.f * a2 / (-a1 - root);
    /* dy / dt is height mean numerator / denominator^2, and the error is multiplied by the denominator. */
    const nf u = 1.f - t, denominator = mean + bend * t * u;
    const nf error = b.height * (mean * t * t + b.slope0 * t * u) - up * denominator;
    const nf numerator = b.slope1 * t * t + 2.f * mean * t * u + b.slope0 * u * u;
    t = at_most(at_least(t - error * denominator / (b.height * mean * numerator), 0.f), 1.f);
    store_part(x + i, choose(in, b.left + t * b.width, value), n);
    store_part(log_slopes + i, load_part(log_slopes + i, n) + choose(in, log_slope(&b, mean, t), all(0.f)), n);
  }
}

/* Gradients of softmax's arguments, from those of widths or heights: `before` for the bins in front of the chosen one,
 * `own` for that one. */
INLINE void spline_softmax_backward(const struct ck_spline *s, const nf *shares, nf before, nf own, ni number, ni in,
                                    float *d_parameters, size_t stride, size_t n) {
  const float factor = 2.f * s->bound * (1.f - s->smallest_bin * (float)s->bins);
  nf sum = all(0.f);
  for (size_t j = 0; j < s->bins; j++) {
    const int32_t k = (int32_t)j;
    sum += choose(number > k, before, choose(number == k, own, all(0.f))) * shares[j];
  }
  for (size_t j = 0; j < s->bins; j++) {
    const int32_t k = (int32_t)j;
    const nf e = choose(number > k, before, choose(number == k, own, all(0.f)));
    const nf d = shares[j] * (e - sum) * (factor * s->scale);
    store_part(d_parameters + j * stride, choose(in, d, all(0.f)), n);
  }
}

static void spline_backward(const struct ck_spline *s, const float *x, const float *parameters, size_t stride,
                            size_t count, const float *dy, const float *d_log_slopes, float *dx, float *d_parameters) {
  nf widths[CK_MOST_BINS], heights[CK_MOST_BINS];
  EACH_PART(i, count, n) {
    const nf value = load_part(x + i, n);
    const ni in = inside(value, s->bound);
    const nf v = choose(in, value, all(0.f));
    const struct spline_bin b = find_bin(s, parameters + i, stride, n, v, 1, widths, heights);
    const nf ey = load_part(dy + i, n), el = load_part(d_log_slopes + i, n);
    const nf inverse_width = 1.f / b.width, mean = b.height * inverse_width;
    const nf t = (v - b.left) * inverse_width, u = 1.f - t, tu = t * u, tt = t * t, uu = u * u;
    const nf bend = b.slope0 + b.slope1 - 2.f * mean;
    const nf denominator = mean + bend * tu, inverse = 1.f / denominator;
    const nf rise = mean * tt + b.slope0 * tu;                             /* y = bottom + height rise / denominator */
    const nf numerator = b.slope1 * tt + 2.f * mean * tu + b.slope0 * uu;  /* slope = (mean / denominator)^2 numerator */
    const nf e_rise = ey * b.height * inverse;
    const nf e_denominator = -e_rise * rise * inverse - 2.f * el * inverse;
    const nf e_numerator = el / numerator;
    const nf e_mean = e_rise * tt + e_denominator * (1.f - 2.f * tu) + e_numerator * 2.f * tu + 2.f * el / mean;
    const nf turn = 1.f - 2.f * t;
    const nf e_t = e_rise * (2.f * mean * t + b.slope0 * turn) + e_denominator * bend * turn +
                   e_numerator * 2.f * (b.slope1 * t + mean * turn - b.slope0 * u);
    const nf e_slope0 = e_rise * tu + e_denominator * tu + e_numerator * uu;
    const nf e_slope1 = e_denominator * tu + e_numerator * tt;
    const nf e_height = ey * rise * inverse + e_mean * inverse_width;
    const nf e_width = -(e_mean * mean + e_t * t) * inverse_width, e_left = -e_t * inverse_width;
    store_part(dx + i, choose(in, e_t * inverse_width, ey), n);
    float *d = d_parameters + i;
    spline_softmax_backward(s, widths, e_left, e_width, b.number, in, d, stride, n);
    spline_softmax_backward(s, heights, ey, e_height, b.number, in, d + s->bins * stride, stride, n);
    const nf e0 = choose(in, e_slope0 * sigmoid(b.raw0), all(0.f));
    const nf e1 = choose(in, e_slope1 * sigmoid(b.raw1), all(0.f));
    float *d_slopes = d + 2 * s->bins * stride;
    for (size_t j = 0; j + 1 < s->bins; j++) {
      const nf e = choose(b.number == (int32_t)(j + 1), e0, choose(b.number == (int32_t)j, e1, all(0.f)));
      store_part(d_slopes + j * stride, e, n);
    }
  }
}

static void affine(const float *x, const float *scales, const float *shifts, float smallest, size_t count, float *y,
                   float *log_slopes) {
  EACH_PART(i, count, n) {
    const nf scale = smallest + softplus(load_part(scales + i, n));
    store_part(y + i, load_part(x + i, n) * scale + load_part(shifts + i, n), n);
    store_part(log_slopes + i, load_part(log_slopes + i, n) + log_positive(scale), n);
  }
}

static void affine_inverse(const float *y, const float *scales, const float *shifts, float smallest, size_t count,
                           float *x, float *log_slopes) {
  EACH_PART(i, count, n) {
    const nf scale = smallest + softplus(load_part(scales + i, n));
    store_part(x + i, (load_part(y + i, n) - load_part(shifts + i, n)) / scale, n);
    store_part(log_slopes + i, load_part(log_slopes + i, n) + log_positive(scale), n);
  }
}

static void affine_backward(const float *x, const float *scales, float smallest, size_t count, const float *dy,
                            const float *d_log_slopes, float *dx, float *d_scales) {
  EACH_PART(i, count, n) {
    const nf raw = load_part(scales + i, n), scale = smallest + softplus(raw), e = load_part(dy + i, n);
    const nf d = e * load_part(x + i, n) + load_part(d_log_slopes + i, n) / scale;
    store_part(d_scales + i, d * sigmoid(raw), n);
    store_part(dx + i, e * scale, n);
  }
}
