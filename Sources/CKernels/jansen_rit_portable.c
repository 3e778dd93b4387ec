/* Jansen-Rit columns without fused multiply-add: the same bits on every machine. */
#pragma STDC FP_CONTRACT OFF
#include "Clones.h"

#define COLUMN_CLONES CK_CLONES
#define SUFFIX _portable
#include "JansenRitSingle.h"

#include "JansenRitNetworkRun.h"

#include "VectorMathValues.h"
