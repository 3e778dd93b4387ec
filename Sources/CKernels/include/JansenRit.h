#ifndef CKERNELS_JANSEN_RIT_H
#define CKERNELS_JANSEN_RIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Jansen-Rit columns, many at once, in single precision: every lane of a vector is a simulation of its own, and what a
 * lane computes does not depend on its neighbours.
 *
 *   y0'' = g0 s(y1 - y2)  + i0 p                    - 2 b_e y0' - b_e^2 y0
 *   y1'' = g1 s(y0)       + i1 p + drive + noise    - 2 b_e y1' - b_e^2 y1
 *   y2'' = g2 s(ratio y0) + i2 p                    - 2 b_i y2' - b_i^2 y2       s(x) = 1 / (1 + 2^(offset - x))
 *
 * in units of y0, and of y1 and y2, that make it so.
 */

/* Columns that one call works on. */
#define CK_COLUMN_LANES 32

/*
 * Rows of `coefficients`. The velocity that the kernel keeps is v = F dt y', an acceleration is a = G dt^2 y'':
 *
 *                                     F     G
 *   Euler, Euler-Maruyama             1     1
 *   Heun, stochastic Heun, splitting  1    1/2
 *   Runge-Kutta 4                    1/2   1/4
 */
enum ck_column_row {
  /* Accelerations, of the unit G dt^2 */
  CK_COLUMN_GAIN_0,
  CK_COLUMN_GAIN_1,
  CK_COLUMN_GAIN_2,
  CK_COLUMN_INPUT_0,
  CK_COLUMN_INPUT_1,
  CK_COLUMN_INPUT_2,
  CK_COLUMN_DRIVE,
  /* G dt^2 b^2, and G dt 2 b / F */
  CK_COLUMN_STIFFNESS_E,
  CK_COLUMN_DAMPING_E,
  CK_COLUMN_STIFFNESS_I,
  CK_COLUMN_DAMPING_I,
  CK_COLUMN_RATIO,
  CK_COLUMN_OFFSET,
  /* What is stored is y1 - y2 times this. */
  CK_COLUMN_UNIT,
  /* Euler-Maruyama and stochastic Heun: standard deviation of what a step adds to v1. */
  CK_COLUMN_NOISE,
  /* Splitting: y += yy y + yv v, v += vy y + vv v is the exact flow of a damped oscillator over one step. */
  CK_COLUMN_FLOW_E_YY,
  CK_COLUMN_FLOW_E_YV,
  CK_COLUMN_FLOW_E_VY,
  CK_COLUMN_FLOW_E_VV,
  CK_COLUMN_FLOW_I_YY,
  CK_COLUMN_FLOW_I_YV,
  CK_COLUMN_FLOW_I_VY,
  CK_COLUMN_FLOW_I_VV,
  /* Splitting: y1 += y n1, v1 += vy n1 + v n2 with normals n1 and n2, the noise of one step. */
  CK_COLUMN_NOISE_Y,
  CK_COLUMN_NOISE_VY,
  CK_COLUMN_NOISE_V,
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

/* From this step on, p is this at the start of a step, in its middle, and at its end, just before what is next. */
struct ck_input_level {
  int32_t step;
  float values[3];
};

/* From step `first` up to step `end`, p has this added to it: amplitude 2^(-u^2), u = step_width (k - peak) + offset at
 * the start of step k. */
struct ck_input_bump {
  int32_t first, end, peak;
  float offset, step_width, amplitude;
};

/* The input p: of every lane, or one for all. */
struct ck_input {
  /* CK_COLUMN_LANES, or 1 */
  size_t lanes;
  /* Lane by lane, by their steps; those of a lane end before its entry of `level_ends`. Before the first, p is 0. */
  const struct ck_input_level *levels;
  const uint32_t *level_ends;
  /* In the same way, by their first steps. */
  const struct ck_input_bump *bumps;
  const uint32_t *bump_ends;
};

struct ck_job {
  /* Numbers of the simulations, [CK_COLUMN_LANES]: the streams of their noise, see Philox.h. */
  const uint32_t *numbers;
  uint64_t seed;
  uint32_t purpose;
  /* A multiple of `every`. */
  size_t steps;
  /* y1 - y2 of one step in so many is stored, or the mean over all of them. A step's value is that at its start. */
  uint32_t every;
  int mean;
  /* Rows to write, one a lane from lane 0 on; row r begins at samples + r * stride and has steps / every samples. */
  size_t rows;
  float *samples;
  size_t stride;
};

struct ck_columns {
  struct ck_job job;
  /* [CK_COLUMN_COEFFICIENTS, CK_COLUMN_LANES], fastest at a multiple of 64 bytes */
  const float *coefficients;
  struct ck_input input;
};

/* A product of the sum over what a column hears from others: factor times rate, where the rates are between 0 and 1. */
struct ck_tap {
  uint32_t source;
  /* Whether every lane has a delay of its own, and whether it is between steps. */
  int32_t by_lane, interpolates;
  /* Place in `factors`, [1, CK_COLUMN_LANES]: accelerations of y1 by the rate. With interpolation [4, CK_COLUMN_LANES]:
   * by the later rate, the earlier, the change of the later in a step, that of the earlier. */
  size_t factors;
  /* Place in `backs`, [CK_COLUMN_LANES]: how many steps ago the rate, or the later of two, was fired. */
  size_t backs;
};

/* Taps, target by target; those of target k end before entry ends[k]. */
struct ck_taps {
  const struct ck_tap *list;
  const uint32_t *ends;
};

/* Taps that go back so many steps, or more, are distant. */
#define CK_DISTANT_STEPS 16

/* Columns that hear what the pyramidal cells of others fire, several in every simulation. */
struct ck_network {
  struct ck_job job;
  size_t columns;
  /* [column, CK_COLUMN_COEFFICIENTS, CK_COLUMN_LANES], fastest at a multiple of 64 bytes */
  const float *coefficients;
  /* [column] */
  const struct ck_input *inputs;
  /* What is heard at once. */
  struct ck_taps direct;
  /* What is heard later: at the start of a step, in its middle, at its end. Of the three, those of the method count:
   * start for Euler, middle for splitting, end for Heun, middle and end for Runge-Kutta 4. */
  struct ck_taps recent[3], distant[3];
  /* Whether anything is heard later, and whether some of it is interpolated. */
  int32_t is_delayed, interpolates;
  const float *factors;
  const int32_t *backs;
  /* Steps that are kept, a multiple of CK_DISTANT_STEPS: more than distant taps go back, or none without them. */
  size_t history;
  /* ck_network_work bytes, at a multiple of 128 */
  void *work;
  /* Samples of column c begin column_stride * c after those of the simulation. */
  size_t column_stride;
};

/* Simulates from zero. Bit r of the result says whether lane r stayed finite.
 *
 * Each is compiled for several x86-64 levels; those that have it use fused multiply-add, and round differently. */
uint32_t ck_columns_run(int method, const struct ck_columns *columns);

/* The same without fused multiply-add: every machine gives the same bits. */
uint32_t ck_columns_run_portable(int method, const struct ck_columns *columns);

uint32_t ck_network_run(int method, const struct ck_network *network);
uint32_t ck_network_run_portable(int method, const struct ck_network *network);
/* Bytes that a run needs: columns and history are looked at. */
size_t ck_network_work(const struct ck_network *network);

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
/* 1 / (1 + 2^(offset - x)) */
void ck_firing_values(float offset, const float *x, float *result, size_t count);
void ck_firing_values_portable(float offset, const float *x, float *result, size_t count);
/* The normals of ck_standard_normals, as the kernels make them here. */
void ck_normal_lanes(uint64_t seed, uint32_t purpose, const uint32_t *numbers, uint32_t block,
                     float *normals); /* [4, CK_COLUMN_LANES] */
/* The input of every step at its start, in its middle, at its end: [steps, 3, CK_COLUMN_LANES]. */
void ck_input_values(const struct ck_input *input, size_t steps, float *values);

#endif
