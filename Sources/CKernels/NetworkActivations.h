/* Activations with their bias and dropout, gates, and dropout alone. See NetworkKernels.h. */

/* `activation` is a constant where this is called, so what belongs to others vanishes. */
INLINE nf activated(nf x, const int activation) {
  switch (activation) {
  case CK_RELU: return at_least(x, 0.f);
  case CK_GELU: return 0.5f * x * (1.f + error_function(x * 0.70710678118654752f));
  case CK_TANH: return hyperbolic_tangent(x);
  case CK_SIGMOID: return sigmoid(x);
  case CK_SOFTPLUS: return softplus(x);
  default: return x;
  }
}

/* The derivative at x, or from the value y where that is enough. */
INLINE nf slope(nf y, nf x, const int activation) {
  switch (activation) {
  case CK_RELU: return choose(y > 0.f, all(1.f), all(0.f));
  case CK_GELU:
    return 0.5f * (1.f + error_function(x * 0.70710678118654752f)) +
           x * 0.39894228040143268f * exponential(-0.5f * x * x);
  case CK_TANH: return 1.f - y * y;
  case CK_SIGMOID: return y * (1.f - y);
  case CK_SOFTPLUS: return sigmoid(x);
  default: return all(1.f);
  }
}

INLINE void activate_as(float *y, float *before, const float *bias, size_t rows, size_t columns,
                        const struct ck_dropout *dropout, const int activation) {
  for (size_t r = 0; r < rows; r++) {
    EACH_PART(i, columns, n) {
      const size_t place = r * columns + i;
      nf v = load_part(y + place, n);
      if (bias) v += load_part(bias + i, n);
      if (before) store_part(before + place, v, n);
      v = activated(v, activation);
      if (dropout->rate > 0.f) v *= kept(dropout, (uint32_t)place);
      store_part(y + place, v, n);
    }
  }
}

INLINE void activate_backward_as(float *dy, const float *y, const float *before, size_t rows, size_t columns,
                                 const struct ck_dropout *dropout, float *d_bias, const int activation) {
  const float remaining = 1.f - dropout->rate;
  for (size_t r = 0; r < rows; r++) {
    EACH_PART(i, columns, n) {
      const size_t place = r * columns + i;
      nf e = load_part(dy + place, n), value = load_part(y + place, n), x = all(0.f);
      if (before) x = load_part(before + place, n);
      if (dropout->rate > 0.f) {
        e *= kept(dropout, (uint32_t)place);
        value *= remaining; /* the value before dropout, wherever e is not 0 */
      }
      e *= slope(value, x, activation);
      store_part(dy + place, e, n);
      if (d_bias) store_part(d_bias + i, load_part(d_bias + i, n) + e, n);
    }
  }
}

#define EACH_ACTIVATION(call)                                                                                          \
  switch (activation) {                                                                                                \
  case CK_RELU: call(CK_RELU); break;                                                                                  \
  case CK_GELU: call(CK_GELU); break;                                                                                  \
  case CK_TANH: call(CK_TANH); break;                                                                                  \
  case CK_SIGMOID: call(CK_SIGMOID); break;                                                                            \
  case CK_SOFTPLUS: call(CK_SOFTPLUS); break;                                                                          \
  default: call(CK_IDENTITY); break;                                                                                   \
  }

static void activate(float *y, float *before, const float *bias, size_t rows, size_t columns, int activation,
                     const struct ck_dropout *dropout) {
#define CALL(kind) activate_as(y, before, bias, rows, columns, dropout, kind)
  EACH_ACTIVATION(CALL)
#undef CALL
}

static void activate_backward(float *dy, const float *y, const float *before, size_t rows, size_t columns,
                              int activation, const struct ck_dropout *dropout, float *d_bias) {
#define CALL(kind) activate_backward_as(dy, y, before, rows, columns, dropout, d_bias, kind)
  EACH_ACTIVATION(CALL)
#undef CALL
}

static void drop(float *x, size_t stride, size_t rows, size_t columns, const struct ck_dropout *dropout) {
  if (dropout->rate <= 0.f) return;
  for (size_t r = 0; r < rows; r++) {
    EACH_PART(i, columns, n) {
      float *place = x + r * stride + i;
      store_part(place, load_part(place, n) * kept(dropout, (uint32_t)(r * columns + i)), n);
    }
  }
}

static void gate(const float *x, const float *gates, size_t rows, size_t columns, float *y) {
  EACH_PART(i, columns, n) {
    const nf factor = sigmoid(load_part(gates + i, n));
    for (size_t r = 0; r < rows; r++) store_part(y + r * columns + i, load_part(x + r * columns + i, n) * factor, n);
  }
}

static void gate_backward(const float *dy, const float *x, const float *gates, size_t rows, size_t columns, float *dx,
                          float *d_gate) {
  EACH_PART(i, columns, n) {
    const nf factor = sigmoid(load_part(gates + i, n));
    nf sum = all(0.f);
    for (size_t r = 0; r < rows; r++) {
      const size_t place = r * columns + i;
      const nf e = load_part(dy + place, n);
      sum += e * load_part(x + place, n);
      if (dx) store_part(dx + place, load_part(dx + place, n) + e * factor, n);
    }
    if (d_gate) store_part(d_gate + i, load_part(d_gate + i, n) + sum * factor * (1.f - factor), n);
  }
}
