#ifndef CKERNELS_FOURIER_TRANSFORM_H
#define CKERNELS_FOURIER_TRANSFORM_H

#include <stddef.h>

/* Sequences that one call of the FFT kernels transforms: complex ones, side by side in the lanes of a vector. */
#define CK_FFT_LANES 8

/*
 * All FFT buffers below hold `size` points, each of CK_FFT_LANES real parts followed by CK_FFT_LANES imaginary parts,
 * and are aligned to 64 bytes. `size` is a power of two, at least 8.
 *
 * `twiddles` holds, for n = size, size/4, size/16, ... down to the last n > 4, and for j = 0 ..< n/4, the six doubles
 * re(w), im(w), re(w^2), im(w^2), re(w^3), im(w^3) with w = exp(-2 pi i j / n): fewer than 2 * size doubles together.
 */

/* Forward transform in place. The points come out in an order of the kernel's own, that of `response` below. */
void ck_fft_forward(double *data, const double *twiddles, size_t size);

/*
 * Circular convolution in place: forward transform, multiplication with a real frequency response, inverse transform.
 * The inverse is not scaled, so `response` must contain the factor 1 / size.
 */
void ck_fft_filter(double *data, const double *response, const double *twiddles, size_t size);

/* The same with a complex frequency response: the real and the imaginary part of every point. */
void ck_fft_filter_complex(double *data, const double *response, const double *twiddles, size_t size);

/* From 2 * CK_FFT_LANES rows to points: row r, which begins at `rows + r * stride`, becomes place r of every point. */
void ck_fft_pack(double *data, const double *rows, size_t stride, size_t size);

/* From points `first` ..< `first + count` to 2 * CK_FFT_LANES rows; row r begins at `rows + r * stride`. */
void ck_fft_unpack(double *rows, size_t stride, const double *data, size_t first, size_t count);

#endif
