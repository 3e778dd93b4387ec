/*
 * Radix-4 fast Fourier transforms of eight complex sequences at once, for convolution.
 *
 * Every lane of a vector is a sequence of its own, so a butterfly needs no shuffles and all sequences share the
 * twiddle factors. The forward transform decimates in frequency and the inverse in time, so the scrambled order in
 * between never has to be undone. Blocks are walked depth first: a block that fits the cache is finished, forwards and
 * backwards, before the next one is touched, which leaves only the outermost passes to the slower memory.
 *
 * Source of the butterflies: Van Loan 1992, "Computational Frameworks for the Fast Fourier Transform", chapter 2.
 */
#include "CKernels.h"

/* A header of the C library proper, without which __GLIBC__ would not be defined. */
#include <stdlib.h>

#if defined(__x86_64__) && defined(__GLIBC__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))
#pragma clang diagnostic ignored "-Wpsabi"

typedef double vector __attribute__((vector_size(CK_FFT_LANES * sizeof(double))));
typedef struct {
  vector re, im;
} point;

/* Points that are finished in one go: 32 KiB, the first-level cache of most processors. */
enum { LEAF = 256 };

INLINE point add(point a, point b) { return (point){a.re + b.re, a.im + b.im}; }
INLINE point subtract(point a, point b) { return (point){a.re - b.re, a.im - b.im}; }
/* -i (a - b) */
INLINE point subtract_turned(point a, point b) { return (point){a.im - b.im, b.re - a.re}; }
INLINE point times(point a, const double *w) { return (point){a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]}; }
INLINE point times_conjugate(point a, const double *w) {
  return (point){a.re * w[0] + a.im * w[1], a.im * w[0] - a.re * w[1]};
}

/* One pass of decimation in frequency over the n points of a block. */
INLINE void split(point *x, const double *w, size_t n) {
  const size_t quarter = n / 4;
  for (size_t j = 0; j < quarter; j++, w += 6) {
    const point a = x[j], b = x[j + quarter], c = x[j + 2 * quarter], d = x[j + 3 * quarter];
    const point s = add(a, c), t = subtract(a, c), u = add(b, d), v = subtract_turned(b, d);
    x[j] = add(s, u);
    x[j + quarter] = times(add(t, v), w);
    x[j + 2 * quarter] = times(subtract(s, u), w + 2);
    x[j + 3 * quarter] = times(subtract(t, v), w + 4);
  }
}

/* One pass of the inverse, decimation in time: undoes `split`, times four. */
INLINE void join(point *x, const double *w, size_t n) {
  const size_t quarter = n / 4;
  for (size_t j = 0; j < quarter; j++, w += 6) {
    const point a = x[j], b = times_conjugate(x[j + quarter], w);
    const point c = times_conjugate(x[j + 2 * quarter], w + 2), d = times_conjugate(x[j + 3 * quarter], w + 4);
    const point s = add(a, c), t = subtract(a, c), u = add(b, d), v = subtract_turned(b, d);
    x[j] = add(s, u);
    x[j + quarter] = subtract(t, v);
    x[j + 2 * quarter] = subtract(s, u);
    x[j + 3 * quarter] = add(t, v);
  }
}

/* The innermost transforms, of four points or of two, which have no twiddle factors. */
INLINE void finish(point *x, const double *response, size_t n) {
  if (n == 4) {
    const point a = x[0], b = x[1], c = x[2], d = x[3];
    const point s = add(a, c), t = subtract(a, c), u = add(b, d), v = subtract_turned(b, d);
    point e = add(s, u), f = add(t, v), g = subtract(s, u), h = subtract(t, v);
    if (response) {
      e = (point){e.re * response[0], e.im * response[0]};
      f = (point){f.re * response[1], f.im * response[1]};
      g = (point){g.re * response[2], g.im * response[2]};
      h = (point){h.re * response[3], h.im * response[3]};
      const point o = add(e, g), p = subtract(e, g), q = add(f, h), r = subtract_turned(f, h);
      e = add(o, q);
      f = subtract(p, r);
      g = subtract(o, q);
      h = add(p, r);
    }
    x[0] = e;
    x[1] = f;
    x[2] = g;
    x[3] = h;
  } else {
    point a = add(x[0], x[1]), b = subtract(x[0], x[1]);
    if (response) {
      const point c = {a.re * response[0], a.im * response[0]}, d = {b.re * response[1], b.im * response[1]};
      a = add(c, d);
      b = subtract(c, d);
    }
    x[0] = a;
    x[1] = b;
  }
}

/* Where the twiddle factors of blocks of n points begin: the blocks above take 6/4 (size + size/4 + ... + 4n). */
INLINE const double *twiddles_of(const double *twiddles, size_t size, size_t n) { return twiddles + 2 * (size - n); }

/* The forward transform and, when there is a response, multiplication and inverse. */
INLINE void transform(double *data, const double *response, const double *twiddles, size_t size) {
  point *x = (point *)__builtin_assume_aligned(data, sizeof(vector));
  size_t leaf = size;
  while (leaf > LEAF) leaf /= 4;
  size_t last = leaf;
  while (last > 4) last /= 4;
  for (size_t first = 0; first < size; first += leaf) {
    for (size_t n = size; n > leaf; n /= 4)
      if (first % n == 0) split(x + first, twiddles_of(twiddles, size, n), n);
    const size_t end = first + leaf;
    for (size_t n = leaf; n > last; n /= 4)
      for (size_t block = first; block < end; block += n) split(x + block, twiddles_of(twiddles, size, n), n);
    for (size_t block = first; block < end; block += last) finish(x + block, response ? response + block : 0, last);
    if (!response) continue;
    for (size_t n = 4 * last; n <= leaf; n *= 4)
      for (size_t block = first; block < end; block += n) join(x + block, twiddles_of(twiddles, size, n), n);
    for (size_t n = 4 * leaf; n <= size; n *= 4)
      if (end % n == 0) join(x + end - n, twiddles_of(twiddles, size, n), n);
  }
}

CLONES void ck_fft_forward(double *data, const double *twiddles, size_t size) { transform(data, 0, twiddles, size); }

CLONES void ck_fft_filter(double *data, const double *response, const double *twiddles, size_t size) {
  transform(data, response, twiddles, size);
}

enum { ROWS = 2 * CK_FFT_LANES, TILE = 64 };

/* Tiles of time keep the part of every row that is read, or written, in the first-level cache. */
CLONES void ck_fft_pack(double *data, const double *rows, size_t stride, size_t size) {
  for (size_t start = 0; start < size; start += TILE) {
    const size_t stop = start + TILE < size ? start + TILE : size;
    for (size_t row = 0; row < ROWS; row++)
      for (size_t time = start; time < stop; time++) data[time * ROWS + row] = rows[row * stride + time];
  }
}

CLONES void ck_fft_unpack(double *rows, size_t stride, const double *data, size_t first, size_t count) {
  for (size_t start = 0; start < count; start += TILE) {
    const size_t stop = start + TILE < count ? start + TILE : count;
    for (size_t row = 0; row < ROWS; row++)
      for (size_t time = start; time < stop; time++) rows[row * stride + time] = data[(first + time) * ROWS + row];
  }
}
