// COULIS_UNROLL, before a loop whose bounds are known: without it GCC keeps arrays of vectors on the stack, at a fifth of the speed.
#pragma once

#define COULIS_UNROLL _Pragma("GCC unroll 16")
