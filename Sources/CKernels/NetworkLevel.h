/*
 * All network kernels, for one level: the body of network_*.c, which define LEVEL, LEVEL_NAME, LANES and TILE_ROWS and
 * say beforehand what instructions may be used. `target_clones` cannot serve here, for lanes and tiles differ.
 */
#include "NetworkActivations.h"
#include "NetworkAttention.h"
#include "NetworkLSTM.h"
#include "NetworkNormalization.h"
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
    .row_dots = row_dots,
    .lstm_pack = lstm_pack,
    .lstm = lstm,
    .lstm_backward = lstm_backward,
    .pool_maximum = pool_maximum,
    .pool_maximum_backward = pool_maximum_backward,
    .gate = gate,
    .gate_backward = gate_backward,
    .column_sums = column_sums,
    .add_row = add_row,
    .scale = scale,
    .multiply = multiply,
    .sum_of_squares = sum_of_squares,
    .adam = adam,
};
