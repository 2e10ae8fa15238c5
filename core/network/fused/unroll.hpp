// COULIS_UNROLL, before a loop whose bounds are known: without it GCC 12 keeps arrays of vectors on the stack, about 8 % slower in all.
#pragma once

#define COULIS_UNROLL _Pragma("GCC unroll 16")
