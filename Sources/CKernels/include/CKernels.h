#ifndef CKERNELS_H
#define CKERNELS_H
/* Small kernels that need wide SIMD. Each is compiled for several x86-64 levels and picked at run time. */
#include "FourierTransform.h"
#include "JansenRit.h"
#include "MatrixProduct.h"
#include "NetworkKernels.h"
#include "NormalFill.h"
#include "Philox.h"
#include "RecursiveFilter.h"
#include "SampleDecoding.h"
#include "SampleQuantization.h"
#include "WeightedSums.h"
#endif
