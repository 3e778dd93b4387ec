/*
 * All network kernels, for one level: the body of network_*.c, which define LEVEL, LEVEL_NAME, LANES and TILE_ROWS and
 * say beforehand what instructions may be used. `target_clones` cannot serve here, for lanes and tiles differ.
 */
#include "NetworkActivations.h"
#include "NetworkAttention.h"
#include "NetworkConvolutions.h"
#include "NetworkDense.h"
#include "NetworkLSTM.h"
#include "NetworkMixtures.h"
#include "NetworkNormalization.h"
#include "NetworkSplines.h"
#include "NetworkSums.h"

const struct ck_network_kernels LEVEL = {
    .name = LEVEL_NAME,
    .lanes = LANES,
    .activate = activate,
    .activate_backward = activate_backward,
    .drop = drop,
    .normalize = normalize,
    .normalize_backward = normalize_backward,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .scale_rows = scale_rows,
    .row_dots = row_dots,
    .lstm_pack = lstm_pack,
    .lstm = lstm,
    .lstm_backward = lstm_backward,
    .convolve = convolve,
    .convolve_backward = convolve_backward,
    .pool_maximum = pool_maximum,
    .pool_maximum_backward = pool_maximum_backward,
    .gate = gate,
    .gate_backward = gate_backward,
    .dense = dense,
    .row_sums = row_sums,
    .transpose = transpose,
    .gated_add = gated_add,
    .gated_add_backward = gated_add_backward,
    .spline = spline,
    .spline_inverse = spline_inverse,
    .spline_backward = spline_backward,
    .affine = affine,
    .affine_inverse = affine_inverse,
    .affine_backward = affine_backward,
    .mixture = mixture,
    .mixture_backward = mixture_backward,
    .column_sums = column_sums,
    .add_row = add_row,
    .scale = scale,
    .multiply = multiply,
    .sum_of_squares = sum_of_squares,
    .adam = adam,
};
