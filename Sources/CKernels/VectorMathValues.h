/* The functions of the kernels, value by value, for tests: see JansenRit.h. Values at the end that do not fill a vector
 * are computed beside ones. */
#define EACH_BLOCK                                                                                                     \
  for (size_t start = 0, n; n = count - start < NOISE_WIDTH ? count - start : NOISE_WIDTH, start < count; start += NOISE_WIDTH)

CK_CLONES void NAMED(ck_exp2_values, SUFFIX)(const float *x, float *result, size_t count) {
  for (size_t start = 0; start < count; start += WIDTH) {
    const size_t n = count - start < WIDTH ? count - start : WIDTH;
    vf value = all(1.f);
    memcpy(&value, x + start, n * sizeof(float));
    value = exp2_limited(value, 126.f);
    memcpy(result + start, &value, n * sizeof(float));
  }
}

CK_CLONES void NAMED(ck_log_values, SUFFIX)(const float *x, float *result, size_t count) {
  EACH_BLOCK {
    nf value = (nf){0} + 1.f;
    memcpy(&value, x + start, n * sizeof(float));
    value = log_positive(value);
    memcpy(result + start, &value, n * sizeof(float));
  }
}

CK_CLONES void NAMED(ck_sin_cos_values, SUFFIX)(const uint32_t *turn, float *sine, float *cosine, size_t count) {
  EACH_BLOCK {
    nu angle = {0};
    nf s, c;
    memcpy(&angle, turn + start, n * sizeof(float));
    sin_cos(angle, &s, &c);
    memcpy(sine + start, &s, n * sizeof(float));
    memcpy(cosine + start, &c, n * sizeof(float));
  }
}
