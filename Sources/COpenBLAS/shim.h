#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H

#include <cblas.h>

/* C = A B + beta C, row after row; either factor may be stored transposed. Enumerations of CBLAS differ in name between
   libraries, so they stay on this side. */
static inline void copenblas_multiply(int transpose_a, int transpose_b, int rows, int columns, int inner,
                                      const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                                      int c_stride) {
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, rows,
              columns, inner, 1.f, a, a_stride, b, b_stride, beta, c, c_stride);
}

/* Work is shared out over the batch, so the library itself stays on the thread that calls. */
static inline void copenblas_stay_on_one_thread(void) { openblas_set_num_threads(1); }

/* The kernels that the library picked for this processor: "SkylakeX", "Haswell", ... */
static inline const char *copenblas_core(void) { return openblas_get_corename(); }

#endif
