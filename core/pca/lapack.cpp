#include "core/pca/lapack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/error.hpp"
#include "core/moments/blas.hpp"

// Fortran: everything by address, 32-bit integers, and the lengths of the three strings at the end.
extern "C" void dsyevr_(const char* jobz, const char* range, const char* uplo, const int* n, double* a, const int* lda, const double* vl,
                        const double* vu, const int* il, const int* iu, const double* abstol, int* m, double* w, double* z, const int* ldz,
                        int* isuppz, double* work, const int* lwork, int* iwork, const int* liwork, int* info, std::size_t jobz_length,
                        std::size_t range_length, std::size_t uplo_length);

namespace coulis {
namespace {

// The pairs of ranks `lowest` to d (1 is the smallest), ascending. Destroys
// `a`. Its upper triangle in row-major order is Fortran's lower one.
Eigenpairs call_dsyevr(char jobz, std::vector<double>& a, int d, int lowest) {
  const double abstol = 2 * std::numeric_limits<double>::min();  // LAPACK: the eigenvalues are the most accurate at twice dlamch('S')
  const char range = lowest == 1 ? 'A' : 'I';
  const bool wants_vectors = jobz == 'V';
  const auto n = static_cast<std::size_t>(d);
  const auto wanted = static_cast<std::size_t>(d - lowest + 1);
  Eigenpairs pairs{std::vector<double>(n), std::vector<double>(wants_vectors ? n * wanted : 1)};
  std::vector<int> support(2 * n);
  const double unused = 0;
  int found = 0;
  int info = 0;
  const auto call = [&](std::vector<double>& work, int work_size, std::vector<int>& iwork, int iwork_size) {
    const auto lock = enter_blas();
    dsyevr_(&jobz, &range, "L", &d, a.data(), &d, &unused, &unused, &lowest, &d, &abstol, &found, pairs.values.data(), pairs.vectors.data(),
            &d, support.data(), work.data(), &work_size, iwork.data(), &iwork_size, &info, 1, 1, 1);
  };
  std::vector<double> work(1);
  std::vector<int> iwork(1);
  call(work, -1, iwork, -1);  // asks for the best sizes
  work.resize(static_cast<std::size_t>(work[0]));
  iwork.resize(static_cast<std::size_t>(iwork[0]));
  call(work, static_cast<int>(work.size()), iwork, static_cast<int>(iwork.size()));
  if (info != 0 || static_cast<std::size_t>(found) != wanted) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the eigenvalues of the covariance did not converge (dsyevr: {})", info));
  }
  pairs.values.resize(wanted);
  return pairs;
}

}  // namespace

Eigenpairs top_eigenpairs(std::vector<double> upper, std::size_t d, std::size_t k) {
  Eigenpairs pairs = call_dsyevr('V', upper, static_cast<int>(d), static_cast<int>(d - k + 1));
  std::reverse(pairs.values.begin(), pairs.values.end());
  for (std::size_t i = 0; i < k / 2; ++i) {
    const auto row = pairs.vectors.begin() + static_cast<std::ptrdiff_t>(i * d);
    std::swap_ranges(row, row + static_cast<std::ptrdiff_t>(d), pairs.vectors.begin() + static_cast<std::ptrdiff_t>((k - 1 - i) * d));
  }
  return pairs;
}

std::vector<double> eigenvalues(std::vector<double> upper, std::size_t d) {
  std::vector<double> values = call_dsyevr('N', upper, static_cast<int>(d), 1).values;
  std::reverse(values.begin(), values.end());
  return values;
}

}  // namespace coulis
