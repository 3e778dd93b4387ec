#ifndef CKERNELS_NETWORK_KERNELS_H
#define CKERNELS_NETWORK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/*
 * Forward and backward passes of neural network layers, in single precision, on one thread.
 *
 * Matrices are stored row after row. A kernel named `..._backward` takes the gradient of what its forward twin made and
 * gives that of what it took. Every kernel is compiled for three x86-64 levels; the table of a level has them all.
 * Results differ between levels in their last bits, except that dropout removes the same elements everywhere.
 */

/* Removes elements with probability `rate` and multiplies the others by 1 / (1 - rate). A hash of an element's number
 * and two keys says which: nothing is stored, and the backward pass finds the same elements again. */
struct ck_dropout {
  float rate; /* 0: nothing is removed */
  uint32_t key0, key1;
};

enum ck_activation {
  CK_IDENTITY,
  CK_RELU,
  CK_GELU, /* x times the normal distribution function of x */
  CK_TANH,
  CK_SIGMOID,
  CK_SOFTPLUS
};

/*
 * One direction of one LSTM layer (Hochreiter and Schmidhuber 1997, with forget gates).
 *
 *   i, f, o = sigmoid(W [x; h] + b)     g = tanh(W [x; h] + b)     c' = f c + i g     h' = o tanh(c')
 *
 * Hidden units go in blocks of the kernels' lanes, the last one padded with zeros: `units` is their number then, and
 * unit u of gate q is column (u / lanes) * 4 * lanes + q * lanes + u % lanes of the `4 * units` columns of gates.
 */
struct ck_lstm {
  size_t inputs, hidden, steps, rows;
  /* As ck_lstm_pack makes them. */
  const float *panels, *bias;
  /* Row r at step t begins at x + r * x_row + t * x_step. */
  const float *x;
  ptrdiff_t x_row, x_step;
  /* [x; h] before every step, [ring, rows, inputs + hidden], where step t is in place t % ring: steps + 1 places if a
   * backward pass follows, 2 if only the last h is wanted. */
  float *z;
  size_t ring;
  /* Gates after their functions, [steps, rows, 4 * units]; null if no backward pass follows. */
  float *_Nullable gates;
  /* c before every step, [steps + 1, rows, units]; if `gates` is null, [rows, units]. */
  float *cells;
};

/* Gradients before the gates' functions replace `forward->gates`. */
struct ck_lstm_backward {
  const struct ck_lstm *forward;
  /* As ck_lstm_pack makes them. */
  const float *recurrent;
  /* Gradient of every h, row r at step t at d_hidden + r * d_row + t * d_step, or null. */
  const float *_Nullable d_hidden;
  ptrdiff_t d_row, d_step;
  /* If `only_last`, the gradient of the last h alone, and d_step is not read. */
  int only_last;
  /* Scratch: [rows, recurrent columns] and [rows, units]. */
  float *d_state, *d_cells;
  /* Is added to: [4 * units]. */
  float *d_bias;
};

/* A convolution of `samples` sequences [length, channels] to [results, outputs], with zeros before and behind; and, if
 * `pool_width` is not 0, bias, ReLU and the maximum over windows of results behind it, [pooled, outputs]. */
struct ck_convolution {
  size_t samples, length, channels, outputs;
  size_t width, stride, padding, results;
  size_t pool_width, pool_stride, pooled;
};

/*
 * y = f(W x + bias + added), or that is added to y. Samples are columns: x [inputs, samples], y [outputs, samples].
 *
 * Each sum adds its products in ascending order, so that its bits do not depend on what else is in the matrices.
 */
struct ck_dense {
  size_t outputs, inputs, samples;
  /* Element (j, k) of W is at w + j * w_output + k * w_input. */
  const float *w;
  size_t w_output, w_input;
  const float *x;
  size_t x_stride;
  float *y;
  size_t y_stride;
  /* [outputs], or null. */
  const float *_Nullable bias;
  /* Row j begins at added + j * added_stride: `samples` numbers, or one for all of them if `added_is_column`. */
  const float *_Nullable added;
  size_t added_stride;
  int added_is_column;
  /* CK_IDENTITY, CK_RELU or CK_TANH. */
  int activation;
  int adds;
};

/* Bins of a spline, at most. */
#define CK_MOST_BINS 64

/* Parameters of a spline are 3 * bins - 1 rows: logarithms of widths and of heights, both times `scale` before a
 * softmax, then slopes at inner knots before softplus. Sample i of row j is at parameters + j * stride + i. */
struct ck_spline {
  size_t bins;
  float bound, scale;
  /* Width and height of a bin, at least, as part of the whole; slope of a knot, at least. */
  float smallest_bin, smallest_slope;
};

/* Values of a mixture of normal distributions, at most. */
#define CK_MOST_DIMENSIONS 64

/* Parameters are rows, samples columns: `components` logits of weights; means, `count` for each component; diagonals of
 * the factors U of precisions U^T U, before softplus + smallest, as many; elements of U above its diagonal, row after
 * row, count * (count - 1) / 2 for each component. */
struct ck_mixture {
  size_t count, components;
  float smallest;
};

struct ck_adam {
  float rate, beta1, beta2, epsilon, decay, factor, first_correction, second_correction;
  int decoupled;
};

struct ck_network_kernels {
  /* "x86-64-v4", "x86-64-v3", "x86-64", or the name of another architecture. */
  const char *name;
  size_t lanes;

  /* y = f(y + bias), then dropout, in place. `bias` may be null. `before`, where not null, gets y + bias: the backward
   * pass of CK_GELU and CK_SOFTPLUS needs it. */
  void (*activate)(float *y, float *_Nullable before, const float *_Nullable bias, size_t rows, size_t columns,
                   int activation, const struct ck_dropout *dropout);
  /* dy becomes the gradient before the function; it is added to d_bias [columns], which may be null. */
  void (*activate_backward)(float *dy, const float *y, const float *_Nullable before, size_t rows, size_t columns,
                            int activation, const struct ck_dropout *dropout, float *_Nullable d_bias);

  /* x *= dropout. Rows begin `stride` apart; elements are numbered as if they lay without gaps. */
  void (*drop)(float *x, size_t stride, size_t rows, size_t columns, const struct ck_dropout *dropout);

  /* Of every row: y = (v - mean) / sqrt(variance + epsilon) * gain + offset with v = residual + dropout(branch).
   * `residual` may be null. `normal` gets y without gain and offset, `scale` [rows] 1 / sqrt(variance + epsilon). */
  void (*normalize)(float *y, float *normal, float *scale, const float *_Nullable residual, const float *branch,
                    const float *gain, const float *offset, size_t rows, size_t columns, float epsilon,
                    const struct ck_dropout *dropout);
  /* d_residual and d_branch may be null; each is added to if its flag is set, and else written. d_gain and d_offset are
   * added to, and may be null. */
  void (*normalize_backward)(const float *dy, const float *normal, const float *scale, const float *gain, size_t rows,
                             size_t columns, float *_Nullable d_residual, int adds_residual, float *_Nullable d_branch,
                             int adds_branch, float *_Nullable d_gain, float *_Nullable d_offset,
                             const struct ck_dropout *dropout);

  /* scores [rows, stride], of which `columns` are used: exponentials of factor * scores less their maximum along a row,
   * then dropout, in place; times the row's `inverses` [rows], they are its softmax. `keys` [columns] or null: 0 where
   * a key is to be left out, else 1. `log_sums` [rows] gets the logarithm of each row's sum of exponentials. `stride`
   * is a multiple of 16, and columns beyond `columns` become 0. For dropout, the first element of row r has number
   * r * stride. */
  void (*softmax)(float *scores, size_t rows, size_t columns, size_t stride, float factor, const float *_Nullable keys,
                  float *log_sums, float *inverses, const struct ck_dropout *dropout);
  /* Takes the scores as they were before `softmax`, and in d_weights the gradient of the softmax after dropout.
   * d_weights becomes that softmax, and scores their gradient. `dots` [rows]: for every row, the gradient of the
   * attention's output times that output. */
  void (*softmax_backward)(float *scores, float *d_weights, size_t rows, size_t columns, size_t stride, float factor,
                           const float *_Nullable keys, const float *log_sums, const float *dots,
                           const struct ck_dropout *dropout);
  /* x[r, c] *= factors[r]; row r begins at x + r * stride. */
  void (*scale_rows)(float *x, size_t stride, const float *factors, size_t rows, size_t columns);
  /* result[r] = sum over columns of a times b. */
  void (*row_dots)(const float *a, size_t a_stride, const float *b, size_t b_stride, size_t rows, size_t columns,
                   float *result);

  /* Weights as PyTorch has them: w_ih [4 hidden, inputs], w_hh [4 hidden, hidden], gates i, f, g, o; biases [4 hidden].
   * panels [units / lanes, inputs + hidden, 4 * lanes], bias [4 * units]. For the backward pass, or null:
   * input_rows [4 * units, inputs] and recurrent [recurrent columns / (4 * lanes), 4 * units, 4 * lanes]; the recurrent
   * columns are `hidden`, rounded up to a multiple of 4 * lanes. */
  void (*lstm_pack)(const float *w_ih, const float *w_hh, const float *b_ih, const float *b_hh, size_t inputs,
                    size_t hidden, float *panels, float *bias, float *_Nullable input_rows, float *_Nullable recurrent);
  void (*lstm)(const struct ck_lstm *lstm);
  void (*lstm_backward)(const struct ck_lstm_backward *lstm);

  /* Weights [width * channels, outputs]; `bias` and `places` are read and written if there is a maximum. `places`, for
   * convolve_backward, has the bytes of y with `samples` rounded up to a multiple of the lanes. `scratch`, in floats for
   * each lane: (length + 2 padding) * channels, and what y has for a sample. */
  void (*convolve)(const struct ck_convolution *convolution, const float *x, const float *weights,
                   const float *_Nullable bias, float *y, uint8_t *_Nullable places, float *scratch);
  /* Weights [outputs, width * channels]. dx is added to, or null; d_weights [outputs, width * channels] and d_bias, or
   * null, are added to. `scratch`: 2 (length + 2 padding) * channels + (results + width * channels + 1) * outputs, and
   * what y has for a sample. */
  void (*convolve_backward)(const struct ck_convolution *convolution, const float *x, const float *weights,
                            const float *dy, const uint8_t *_Nullable places, float *_Nullable dx, float *d_weights,
                            float *_Nullable d_bias, float *scratch);

  /* Along rows of x [rows, columns]: result row t is the maximum of rows t * stride ..< t * stride + width of
   * x + bias, and of 0 if `positive`. `bias` may be null. `places` [results, columns] gets the row that had it, counted
   * from t * stride, or 255 for none. */
  void (*pool_maximum)(const float *x, const float *_Nullable bias, size_t results, size_t columns, size_t width,
                       size_t stride, int positive, float *result, uint8_t *places);
  /* dx [rows, columns] is added to. */
  void (*pool_maximum_backward)(const float *d_result, const uint8_t *places, size_t results, size_t columns,
                                size_t width, size_t stride, float *dx);

  /* y[r, c] = x[r, c] * sigmoid(gate[c]); dx is added to, or null; d_gate is added to, or null. */
  void (*gate)(const float *x, const float *gate, size_t rows, size_t columns, float *y);
  void (*gate_backward)(const float *dy, const float *x, const float *gate, size_t rows, size_t columns,
                        float *_Nullable dx, float *_Nullable d_gate);

  void (*dense)(const struct ck_dense *dense);
  /* sums[r] += sum over columns of x[r, c]. */
  void (*row_sums)(const float *x, size_t rows, size_t columns, float *sums);
  /* y [columns, rows] of x [rows, columns]. */
  void (*transpose)(const float *x, size_t rows, size_t columns, float *y);
  /* y = x + branch * sigmoid(gates), of one shape; gates [rows] if `gate_is_column`. Gradients are added, or null. */
  void (*gated_add)(const float *x, const float *branch, const float *gates, int gate_is_column, size_t rows,
                    size_t columns, float *y);
  void (*gated_add_backward)(const float *dy, const float *branch, const float *gates, int gate_is_column, size_t rows,
                             size_t columns, float *_Nullable d_branch, float *_Nullable d_gates);

  /* The spline of every sample, and log_slopes [count] += the logarithm of its slope there. The inverse gives x of y,
   * and adds the logarithm of the slope at x. dx may be dy; d_parameters, as parameters, are written. */
  void (*spline)(const struct ck_spline *spline, const float *x, const float *parameters, size_t stride, size_t count,
                 float *y, float *log_slopes);
  void (*spline_inverse)(const struct ck_spline *spline, const float *y, const float *parameters, size_t stride,
                         size_t count, float *x, float *log_slopes);
  void (*spline_backward)(const struct ck_spline *spline, const float *x, const float *parameters, size_t stride,
                          size_t count, const float *dy, const float *d_log_slopes, float *dx, float *d_parameters);

  /* y = x * (smallest + softplus(scale)) + shift, and log_slopes += the logarithm of the factor; its inverse; and the
   * gradients of x, written to dx, which may be dy, and of the scale. That of the shift is dy. */
  void (*affine)(const float *x, const float *scales, const float *shifts, float smallest, size_t count, float *y,
                 float *log_slopes);
  void (*affine_inverse)(const float *y, const float *scales, const float *shifts, float smallest, size_t count,
                         float *x, float *log_slopes);
  void (*affine_backward)(const float *x, const float *scales, float smallest, size_t count, const float *dy,
                          const float *d_log_slopes, float *dx, float *d_scales);

  /* result [samples]: log density of values [count, samples]; densities [components, samples] are those of the
   * components, for the gradient. d_values is added to, or null; d_parameters are written. */
  void (*mixture)(const struct ck_mixture *mixture, const float *values, const float *parameters, size_t samples,
                  float *densities, float *result);
  void (*mixture_backward)(const struct ck_mixture *mixture, const float *values, const float *parameters,
                           size_t samples, const float *densities, const float *result, const float *dy,
                           float *_Nullable d_values, float *d_parameters);

  /* sums[c] += sum over rows of factors[r] * x[r, c]; `factors` may be null. */
  void (*column_sums)(const float *x, const float *_Nullable factors, size_t rows, size_t columns, float *sums);
  /* y[r, c] += factors[r] * x[c]; `factors` may be null. */
  void (*add_row)(float *y, const float *x, const float *_Nullable factors, size_t rows, size_t columns);
  /* y = factor * x, or y += factor * x. */
  void (*scale)(float *y, const float *x, float factor, size_t count, int adds);
  /* y = a b, or y += a b, element by element. */
  void (*multiply)(float *y, const float *a, const float *b, size_t count, int adds);
  double (*sum_of_squares)(const float *x, size_t count);

  /* Adam (Kingma and Ba 2015) and, with `decoupled`, AdamW (Loshchilov and Hutter 2019), as PyTorch computes them.
   * Gradients are first multiplied by `factor`; `first_correction` and `second_correction` are 1 - beta^step. */
  void (*adam)(float *values, const float *gradients, float *first, float *second, size_t count,
               const struct ck_adam *settings);
};

enum ck_network_level { CK_LEVEL_BASELINE, CK_LEVEL_V3, CK_LEVEL_V4 };

/* The kernels of a level, or null if the processor lacks it. */
const struct ck_network_kernels *_Nullable ck_network_kernels(int level);

#pragma clang assume_nonnull end

#endif
