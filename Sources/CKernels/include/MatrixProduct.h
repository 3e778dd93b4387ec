#ifndef CKERNELS_MATRIX_PRODUCT_H
#define CKERNELS_MATRIX_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

/* Rows and columns of a tile of the result, which stays in registers. */
#define CK_TILE_ROWS 6
#define CK_TILE_COLUMNS 16

/*
 * C = factor A B, or C += factor A B, for small matrices in single precision, row after row.
 *
 * Every element of A B is summed from zero in ascending order of the inner index, in one accumulator: its bits depend
 * neither on tiles nor on what else is in the matrices. A and B must be finite.
 */
struct ck_product {
  /* Shapes: A [rows, inner], B [inner, columns], C [rows, columns]. */
  size_t rows, inner, columns;
  /* Row r of A begins at a + r * a_stride. */
  const float *a;
  size_t a_stride;
  /* Row k of B begins at b + k * b_stride; up to CK_TILE_COLUMNS - 1 floats behind each row are read, and not used.
   * With b_stride 0, B lies in panels of CK_TILE_COLUMNS columns, one behind the other, the last one padded: row k of a
   * panel begins at k * CK_TILE_COLUMNS, and a panel has as many rows as `column_depths` says. */
  const float *b;
  size_t b_stride;
  float *c;
  size_t c_stride;
  float factor;
  /* Whether C is added to. */
  int adds;
  /* Where not null: for every tile of rows, how many columns of A are not zero throughout. */
  const uint32_t *row_depths;
  /* Where not null: for every tile of columns, how many rows of B are not zero throughout. */
  const uint32_t *column_depths;
};

void ck_multiply(const struct ck_product *product);
/* The same without fused multiply-add: every machine gives the same bits. */
void ck_multiply_portable(const struct ck_product *product);

/* Row r of the result is factor * factors[r] times row r of the source, or that is added to it. */
void ck_scale_rows(float factor, const float *factors, const float *source, size_t source_stride, float *result,
                   size_t result_stride, size_t rows, size_t columns, int adds);
void ck_scale_rows_portable(float factor, const float *factors, const float *source, size_t source_stride,
                            float *result, size_t result_stride, size_t rows, size_t columns, int adds);

#endif
