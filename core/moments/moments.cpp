#include "core/moments/moments.hpp"
