#include "core/network/model.hpp"
