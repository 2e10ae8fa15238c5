#include "core/pca/pca.hpp"
