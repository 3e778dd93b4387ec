/*
 * Mixtures of normal distributions by the factors of their precisions (Bishop 1994, "Mixture density networks"). See
 * NetworkKernels.h. A lane is a sample.
 */

/* Row of the first element of each part of a component's parameters. */
struct mixture_rows {
  size_t means, diagonals, uppers;
};

INLINE struct mixture_rows mixture_rows(const struct ck_mixture *m, size_t component) {
  const size_t k = m->components, d = m->count;
  return (struct mixture_rows){k + component * d, k + k * d + component * d,
                               k + 2 * k * d + component * (d * (d - 1) / 2)};
}

INLINE nf row_part(const float *parameters, size_t row, size_t stride, size_t n) {
  return load_part(parameters + row * stride, n);
}

/* Log density of a component, less d/2 log 2 pi and its weight; offsets [d] are value - mean, scaled [d] the factor
 * times these. */
INLINE nf component_density(const struct ck_mixture *m, size_t component, const float *values, const float *parameters,
                            size_t stride, size_t n, nf *offsets, nf *scaled) {
  const struct mixture_rows rows = mixture_rows(m, component);
  const size_t d = m->count;
  for (size_t j = 0; j < d; j++) {
    offsets[j] = row_part(values, j, stride, n) - row_part(parameters, rows.means + j, stride, n);
  }
  nf result = all(0.f);
  size_t upper = rows.uppers;
  for (size_t i = 0; i < d; i++) {
    const nf diagonal = m->smallest + softplus(row_part(parameters, rows.diagonals + i, stride, n));
    nf sum = diagonal * offsets[i];
    for (size_t j = i + 1; j < d; j++) sum += row_part(parameters, upper++, stride, n) * offsets[j];
    scaled[i] = sum;
    result += log_positive(diagonal) - 0.5f * sum * sum;
  }
  return result;
}

/* Log of the sum of exponentials of the components' logits. */
INLINE nf logit_sum(const struct ck_mixture *m, const float *parameters, size_t stride, size_t n) {
  nf largest = load_part(parameters, n), sum = all(0.f);
  for (size_t k = 1; k < m->components; k++) {
    const nf value = row_part(parameters, k, stride, n);
    largest = choose(value > largest, value, largest);
  }
  for (size_t k = 0; k < m->components; k++) sum += exponential_below_88(row_part(parameters, k, stride, n) - largest);
  return largest + log_positive(sum);
}

static void mixture(const struct ck_mixture *m, const float *values, const float *parameters, size_t count,
                    float *densities, float *result) {
  nf offsets[CK_MOST_DIMENSIONS], scaled[CK_MOST_DIMENSIONS];
  const float constant = -0.91893853320467274f * (float)m->count;
  EACH_PART(i, count, n) {
    nf largest = all(-INFINITY), sum = all(0.f);
    for (size_t k = 0; k < m->components; k++) {
      const nf density = row_part(parameters + i, k, count, n) +
                         component_density(m, k, values + i, parameters + i, count, n, offsets, scaled);
      store_part(densities + k * count + i, density, n);
      largest = choose((density > largest) | (density != density), density, largest);
    }
    for (size_t k = 0; k < m->components; k++) {
      sum += exponential_below_88(load_part(densities + k * count + i, n) - largest);
    }
    store_part(result + i, largest + log_positive(sum) - logit_sum(m, parameters + i, count, n) + constant, n);
  }
}

static void mixture_backward(const struct ck_mixture *m, const float *values, const float *parameters, size_t count,
                             const float *densities, const float *result, const float *dy, float *d_values,
                             float *d_parameters) {
  nf offsets[CK_MOST_DIMENSIONS], scaled[CK_MOST_DIMENSIONS];
  const size_t d = m->count;
  const float constant = -0.91893853320467274f * (float)d;
  EACH_PART(i, count, n) {
    const nf e = load_part(dy + i, n), logits = logit_sum(m, parameters + i, count, n);
    const nf total = load_part(result + i, n) - constant + logits;
    for (size_t k = 0; k < m->components; k++) {
      const struct mixture_rows rows = mixture_rows(m, k);
      component_density(m, k, values + i, parameters + i, count, n, offsets, scaled);
      const nf share = e * exponential(load_part(densities + k * count + i, n) - total);
      const nf weight = exponential(row_part(parameters + i, k, count, n) - logits);
      store_part(d_parameters + k * count + i, share - e * weight, n);
      for (size_t j = 0; j < d; j++) store_part(d_parameters + (rows.means + j) * count + i, all(0.f), n);
      size_t upper = rows.uppers;
      for (size_t r = 0; r < d; r++) {
        const nf raw = row_part(parameters + i, rows.diagonals + r, count, n);
        const nf diagonal = m->smallest + softplus(raw), slope = share * scaled[r];
        store_part(d_parameters + (rows.diagonals + r) * count + i,
                   (share / diagonal - slope * offsets[r]) * sigmoid(raw), n);
        for (size_t j = r; j < d; j++) {
          nf factor = diagonal;
          if (j > r) {
            factor = row_part(parameters + i, upper, count, n);
            store_part(d_parameters + upper * count + i, -slope * offsets[j], n);
            upper++;
          }
          float *d_mean = d_parameters + (rows.means + j) * count + i;
          store_part(d_mean, load_part(d_mean, n) + slope * factor, n);
        }
      }
      for (size_t j = 0; d_values && j < d; j++) {
        float *target = d_values + j * count + i;
        store_part(target, load_part(target, n) - row_part(d_parameters + i, rows.means + j, count, n), n);
      }
    }
  }
}
