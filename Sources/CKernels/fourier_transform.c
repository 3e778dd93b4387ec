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
#include "FourierTransform.h"

#include "Clones.h"

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

/* How a response is stored: a real part a point, or a real and an imaginary part. */
enum { REAL = 1, COMPLEX = 2 };

INLINE point respond(point a, const double *response, size_t place, const int kind) {
  if (kind == COMPLEX) return times(a, response + 2 * place);
  return (point){a.re * response[place], a.im * response[place]};
}

/* The innermost transforms, of four points or of two, which have no twiddle factors. */
INLINE void finish(point *x, const double *response, size_t n, const int kind) {
  if (n == 4) {
    const point a = x[0], b = x[1], c = x[2], d = x[3];
    const point s = add(a, c), t = subtract(a, c), u = add(b, d), v = subtract_turned(b, d);
    point e = add(s, u), f = add(t, v), g = subtract(s, u), h = subtract(t, v);
    if (response) {
      e = respond(e, response, 0, kind);
      f = respond(f, response, 1, kind);
      g = respond(g, response, 2, kind);
      h = respond(h, response, 3, kind);
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
      const point c = respond(a, response, 0, kind), d = respond(b, response, 1, kind);
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
INLINE void transform(double *data, const double *response, const double *twiddles, size_t size, const int kind) {
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
    for (size_t block = first; block < end; block += last)
      finish(x + block, response ? response + kind * block : 0, last, kind);
    if (!response) continue;
    for (size_t n = 4 * last; n <= leaf; n *= 4)
      for (size_t block = first; block < end; block += n) join(x + block, twiddles_of(twiddles, size, n), n);
    for (size_t n = 4 * leaf; n <= size; n *= 4)
      if (end % n == 0) join(x + end - n, twiddles_of(twiddles, size, n), n);
  }
}

CK_CLONES void ck_fft_forward(double *data, const double *twiddles, size_t size) {
  transform(data, 0, twiddles, size, REAL);
}

CK_CLONES void ck_fft_filter(double *data, const double *response, const double *twiddles, size_t size) {
  transform(data, response, twiddles, size, REAL);
}

CK_CLONES void ck_fft_filter_complex(double *data, const double *response, const double *twiddles, size_t size) {
  transform(data, response, twiddles, size, COMPLEX);
}

enum { SIDE = 8, ROWS = 2 * CK_FFT_LANES };
_Static_assert(SIDE == CK_FFT_LANES, "the shuffles below are written for vectors of eight");

/* A vector somewhere in a row, at no particular address. */
typedef vector loose __attribute__((aligned(sizeof(double))));

/* The lower or the upper halves of two vectors, element beside element. */
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define UPPER(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)

/* Copies a square of numbers with rows and columns exchanged: three rounds of perfect shuffles of 64 numbers. */
INLINE void transpose(double *target, size_t target_stride, const double *source, size_t source_stride) {
  vector a[SIDE], b[SIDE];
  for (size_t row = 0; row < SIDE; row++) a[row] = *(const loose *)(source + row * source_stride);
  for (int round = 0; round < 3; round++) {
    for (size_t row = 0; row < SIDE / 2; row++) {
      b[2 * row] = LOWER(a[row], a[row + SIDE / 2]);
      b[2 * row + 1] = UPPER(a[row], a[row + SIDE / 2]);
    }
    for (size_t row = 0; row < SIDE; row++) a[row] = b[row];
  }
  for (size_t row = 0; row < SIDE; row++) *(loose *)(target + row * target_stride) = a[row];
}

CK_CLONES void ck_fft_pack(double *data, const double *rows, size_t stride, size_t size) {
  for (size_t time = 0; time < size; time += SIDE)
    for (size_t row = 0; row < ROWS; row += SIDE)
      transpose(data + time * ROWS + row, ROWS, rows + row * stride + time, stride);
}

CK_CLONES void ck_fft_unpack(double *rows, size_t stride, const double *data, size_t first, size_t count) {
  data += first * ROWS;
  size_t time = 0;
  for (; time + SIDE <= count; time += SIDE)
    for (size_t row = 0; row < ROWS; row += SIDE)
      transpose(rows + row * stride + time, stride, data + time * ROWS + row, ROWS);
  for (; time < count; time++)
    for (size_t row = 0; row < ROWS; row++) rows[row * stride + time] = data[time * ROWS + row];
}
