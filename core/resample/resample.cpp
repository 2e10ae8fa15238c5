#include "core/resample/resample.hpp"
