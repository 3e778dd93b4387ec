#ifndef CKERNELS_JANSEN_RIT_H
#define CKERNELS_JANSEN_RIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Jansen-Rit columns, many at once, in single precision: every lane of a vector is a simulation of its own, and what a
 * lane computes does not depend on its neighbours.
 *
 *   y0'' = g0 s(k0 (y1 - y2)) + i0 p                    - 2 b_e y0' - b_e^2 y0
 *   y1'' = g1 s(k1 y0)        + i1 p + drive + noise    - 2 b_e y1' - b_e^2 y1
 *   y2'' = g2 s(k2 y0)        + i2 p                    - 2 b_i y2' - b_i^2 y2       s(x) = 1 / (1 + 2^(offset - x))
 */

/* Columns that one call works on. */
#define CK_COLUMN_LANES 32

/* Rows of `coefficients`. The first fifteen are those of the equations. */
enum ck_column_row {
  CK_COLUMN_GAIN_0,
  CK_COLUMN_GAIN_1,
  CK_COLUMN_GAIN_2,
  CK_COLUMN_SLOPE_0,
  CK_COLUMN_SLOPE_1,
  CK_COLUMN_SLOPE_2,
  CK_COLUMN_OFFSET,
  CK_COLUMN_INPUT_0,
  CK_COLUMN_INPUT_1,
  CK_COLUMN_INPUT_2,
  CK_COLUMN_DRIVE,
  CK_COLUMN_DAMPING_E,   /* 2 b_e */
  CK_COLUMN_STIFFNESS_E, /* b_e^2 */
  CK_COLUMN_DAMPING_I,
  CK_COLUMN_STIFFNESS_I,
  /* Euler-Maruyama and stochastic Heun: standard deviation of what a step adds to y1'. */
  CK_COLUMN_NOISE,
  /* Splitting: y += yy y + yz y', y' += zy y + zz y' is the exact flow of a damped oscillator over one step. */
  CK_COLUMN_FLOW_E_YY,
  CK_COLUMN_FLOW_E_YZ,
  CK_COLUMN_FLOW_E_ZY,
  CK_COLUMN_FLOW_E_ZZ,
  CK_COLUMN_FLOW_I_YY,
  CK_COLUMN_FLOW_I_YZ,
  CK_COLUMN_FLOW_I_ZY,
  CK_COLUMN_FLOW_I_ZZ,
  /* Splitting: y1 += y n1, y1' += zy n1 + z n2 with normals n1 and n2, the noise of one step. */
  CK_COLUMN_NOISE_Y,
  CK_COLUMN_NOISE_ZY,
  CK_COLUMN_NOISE_Z,
  CK_COLUMN_COEFFICIENTS
};

enum ck_step {
  CK_STEP_EULER,
  CK_STEP_HEUN,
  CK_STEP_RUNGE_KUTTA_4,
  CK_STEP_EULER_MARUYAMA,
  CK_STEP_STOCHASTIC_HEUN,
  CK_STEP_SPLITTING
};

struct ck_columns {
  /* [CK_COLUMN_COEFFICIENTS, CK_COLUMN_LANES] */
  const float *coefficients;
  /* y0, y1, y2, y0', y1', y2' of every lane, before the call and after it: [6, CK_COLUMN_LANES] */
  float *state;
  /* Numbers of the simulations, [CK_COLUMN_LANES]: the streams of their noise, see Philox.h. */
  const uint32_t *numbers;
  uint64_t seed;
  uint32_t purpose;
  /* p just after the start of every step, in its middle, and just before its end: [steps, 3] */
  const float *input;
  /* A multiple of `every`. */
  size_t steps;
  float dt;
  /* y1 - y2 of one step in so many is stored, or the mean over all of them. A step's value is that at its start. */
  uint32_t every;
  int mean;
  /* Rows to write, one a lane from lane 0 on; row r begins at samples + r * stride and has steps / every samples. */
  size_t rows;
  float *samples;
  size_t stride;
};

/* Each is compiled for several x86-64 levels; those that have it use fused multiply-add, and round differently. */
void ck_columns_run(int method, const struct ck_columns *columns);

/* The same without fused multiply-add: every machine gives the same bits. */
void ck_columns_run_portable(int method, const struct ck_columns *columns);

/* The level that is in use here: "x86-64-v4", "x86-64-v3", "x86-64", or the name of another architecture. */
const char *ck_instruction_set(void);

/* The functions of the kernels, value by value, for tests. */
void ck_exp2_values(const float *x, float *result, size_t count);          /* |x| <= 126 */
void ck_exp2_values_portable(const float *x, float *result, size_t count);
void ck_log_values(const float *x, float *result, size_t count);           /* normal numbers above 0 */
void ck_log_values_portable(const float *x, float *result, size_t count);
/* Sine and cosine of 2 pi turn / 2^32. */
void ck_sin_cos_values(const uint32_t *turn, float *sine, float *cosine, size_t count);
void ck_sin_cos_values_portable(const uint32_t *turn, float *sine, float *cosine, size_t count);
/* The normals of ck_standard_normals, as the kernels make them here. */
void ck_normal_lanes(uint64_t seed, uint32_t purpose, const uint32_t *numbers, uint32_t block,
                     float *normals); /* [4, CK_COLUMN_LANES] */

#endif
