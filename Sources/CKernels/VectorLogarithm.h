#ifndef CKERNELS_VECTOR_LOGARITHM_H
#define CKERNELS_VECTOR_LOGARITHM_H
/* The logarithm of vectors of any width: the including file defines INLINE, and the types nf and ni of its lanes. */

/* Natural logarithm of normal numbers above 0. Polynomial: Moshier, Cephes library, logf. */
INLINE nf log_positive(nf x) {
  const ni bits = (ni)x;
  const ni exponent = (bits - 0x3f3504f3) >> 23; /* so that the rest lies between sqrt(1/2) and sqrt(2) */
  const nf m = (nf)(bits - (exponent << 23)) - 1.f;
  const nf e = __builtin_convertvector(exponent, nf);
  nf p = 7.0376836292e-2f * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const nf square = m * m;
  nf y = m * square * p;
  y = y - 2.12194440e-4f * e;
  y = y - 0.5f * square;
  return m + y + 0.693359375f * e;
}

#endif
