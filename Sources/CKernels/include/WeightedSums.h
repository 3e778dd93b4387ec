#ifndef CKERNELS_WEIGHTED_SUMS_H
#define CKERNELS_WEIGHTED_SUMS_H
#include <stddef.h>
#include <stdint.h>

/* Rows as weighted sums of other rows: for every r < rows and t < times,
 *
 *   destination[r * destination_stride + t]
 *     = sum over k = row_starts[r] ..< row_starts[r + 1] of weights[k] * source[columns[k] * source_stride + t]
 *
 * added up from zero in ascending order of k. Multiplication and addition are never fused, so that every CPU gives the
 * same values. Source and destination may not overlap. */
void ck_weighted_sums(const double *source, size_t source_stride, double *destination, size_t destination_stride,
                      size_t rows, const int32_t *row_starts, const int32_t *columns, const double *weights,
                      size_t times);
#endif
