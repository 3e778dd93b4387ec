#ifndef CKERNELS_RECURSIVE_FILTER_H
#define CKERNELS_RECURSIVE_FILTER_H

#include <stddef.h>

/* Rows of samples that one call filters, side by side in the lanes of a vector. */
#define CK_SECTION_LANES 8

/*
 * A cascade of second-order sections in transposed direct form II, in place, on CK_SECTION_LANES rows of samples.
 *
 * Samples `first` ..< `first + count` of row r, which begins at `rows + r * stride`, are filtered in rising order, or
 * in falling order by the second function. `sections` holds b0, b1, b2, a1 and a2 of every section (a0 is 1). `state`
 * holds the two delays of every section, CK_SECTION_LANES doubles each, before the call and after it.
 *
 * Multiplication and addition are never fused, so that every CPU gives the same values; numbers too small to be
 * normalised become zero. Order of operations: scipy.signal.sosfilt.
 */
void ck_sections_forward(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                         size_t section_count, double *state);
void ck_sections_backward(double *rows, size_t stride, size_t first, size_t count, const double *sections,
                          size_t section_count, double *state);

#endif
