#include "job/plan/sample.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace coulis {
namespace {

constexpr std::size_t kMaxCandidates = 65'536;  // photos in the parts from which the sample is drawn

struct Candidate {
  std::uint32_t label = 0;
  std::uint64_t hash = 0;  // of the key: the order in which photos of a label are drawn
  std::uint32_t part = 0;
  std::uint32_t image = 0;
};

std::vector<Candidate> list_candidates(const Plan& plan, const Location& input, const LabelRule& labels) {
  const std::size_t step = std::max<std::size_t>(1, (plan.images() + kMaxCandidates - 1) / kMaxCandidates);
  std::unordered_map<std::string, std::uint32_t> ids;
  std::vector<Candidate> candidates;
  for (std::size_t p = 0; p < plan.parts.size(); p += step) {
    std::uint32_t i = 0;
    plan.parts[p].images.for_each([&](const ImageRef& image) {
      const auto id = ids.emplace(labels.label_of(image, input), static_cast<std::uint32_t>(ids.size())).first->second;
      candidates.push_back({id, XXH3_64bits(image.key.data(), image.key.size()), static_cast<std::uint32_t>(p), i++});
    });
  }
  return candidates;
}

// [labels]: larger labels share what a small label does not use.
std::vector<std::size_t> share_out(const std::vector<std::size_t>& counts, std::size_t limit) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] < counts[b]; });
  std::vector<std::size_t> shares(counts.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    shares[order[i]] = std::min(counts[order[i]], limit / (order.size() - i));
    limit -= shares[order[i]];
  }
  return shares;
}

}  // namespace

void choose_sample(Plan& plan, const Location& input, const LabelRule& labels, std::size_t limit) {
  std::vector<Candidate> candidates = list_candidates(plan, input, labels);
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.label, a.hash, a.part, a.image) < std::tie(b.label, b.hash, b.part, b.image);
  });
  std::vector<std::size_t> counts;
  for (const Candidate& candidate : candidates) {
    counts.resize(std::max<std::size_t>(counts.size(), candidate.label + std::size_t{1}), 0);
    ++counts[candidate.label];
  }
  std::vector<std::size_t> left = share_out(counts, limit);
  for (const Candidate& candidate : candidates) {
    if (left[candidate.label] == 0) continue;
    --left[candidate.label];
    plan.parts[candidate.part].sampled.push_back(candidate.image);
  }
  for (Part& part : plan.parts) std::sort(part.sampled.begin(), part.sampled.end());
}

}  // namespace coulis
