#include "core/pca/model_file.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/safetensors/safetensors.hpp"
#include "tests/bits.hpp"

namespace coulis {
namespace {

PcaModel example_model() {
  return {.count = 1'234'567'890'123,
          .mean = {0.1, 1.0 / 3, -2},
          .components = {1, 0, 0, 0, 0.6, 0.8},
          .explained_variance = {2.5, 1e-300},
          .explained_variance_ratio = {0.7, 0.1},
          .total_variance = 1.0 / 3,
          .projection = {PcaConvention::kSpark}};
}

// The example's file with changes to its tensors and metadata.
struct Draft {
  std::map<std::string, std::pair<std::vector<std::int64_t>, std::vector<double>>> tensors = {
      {"mean", {{3}, {0, 0, 0}}},
      {"components", {{2, 3}, {1, 0, 0, 0, 1, 0}}},
      {"explained_variance", {{2}, {2, 1}}},
      {"explained_variance_ratio", {{2}, {0.5, 0.25}}}};
  std::map<std::string, std::string> metadata = {{"convention", "centred"}, {"count", "9"}, {"total_variance", "4"}};

  PcaFile parse() const {
    std::map<std::string, TensorView> views;
    for (const auto& [name, tensor] : tensors) views[name] = {DType::kF64, tensor.first, std::as_bytes(std::span(tensor.second))};
    return parse_pca_file(write_safetensors(views, metadata), "pca_model.safetensors");
  }
};

void expect_refused(const Draft& draft) {
  try {
    draft.parse();
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("pca_model.safetensors"), std::string::npos) << error.what();
  }
}

TEST(PcaFile, ComesBackBitForBit) {
  const PcaModel model = example_model();
  const std::map<std::string, std::string> provenance = {{"model_sha256", "abc"}, {"tool", "coulis 0.1"}};
  const auto bytes = to_safetensors(model, provenance);
  const PcaFile file = parse_pca_file(bytes, "x");
  EXPECT_EQ(file.provenance, provenance);
  EXPECT_EQ(file.model.count, model.count);
  EXPECT_EQ(bits_of(file.model.mean), bits_of(model.mean));
  EXPECT_EQ(bits_of(file.model.components), bits_of(model.components));
  EXPECT_EQ(bits_of(file.model.explained_variance), bits_of(model.explained_variance));
  EXPECT_EQ(bits_of(file.model.explained_variance_ratio), bits_of(model.explained_variance_ratio));
  EXPECT_EQ(file.model.total_variance, model.total_variance);
  EXPECT_EQ(file.model.projection.convention, model.projection.convention);
  EXPECT_EQ(to_safetensors(file.model, file.provenance), bytes);
}

TEST(PcaFile, KeepsItsOwnCountWhateverTheProvenanceSays) {
  EXPECT_EQ(parse_pca_file(to_safetensors(example_model(), {{"count", "7"}}), "x").model.count, example_model().count);
}

TEST(PcaFile, CutAtAnyByteIsRefused) {
  const auto bytes = to_safetensors(example_model(), {});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(parse_pca_file(cut, "x"), Error) << "cut at " << size;
  }
}

TEST(PcaFile, ThatIsWholeIsAccepted) {
  EXPECT_EQ(Draft().parse().model.k(), 2U);
}

TEST(PcaFile, WithoutOneOfItsTensorsIsRefused) {
  for (const char* name : {"mean", "components", "explained_variance", "explained_variance_ratio"}) {
    Draft draft;
    draft.tensors.erase(name);
    expect_refused(draft);
  }
}

TEST(PcaFile, WhoseShapesContradictEachOtherIsRefused) {
  for (const char* name : {"mean", "explained_variance", "explained_variance_ratio"}) {
    Draft draft;
    draft.tensors[name] = {{1}, {0.5}};
    expect_refused(draft);
  }
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{6}, {3, 2}, {1, 2, 3}, {1, 6}}) {
    Draft draft;
    draft.tensors["components"].first = shape;
    expect_refused(draft);
  }
  Draft empty;
  empty.tensors["components"] = {{0, 3}, {}};
  empty.tensors["explained_variance"] = {{0}, {}};
  empty.tensors["explained_variance_ratio"] = {{0}, {}};
  expect_refused(empty);
}

TEST(PcaFile, WithValuesThatAreNotFiniteIsRefused) {
  for (const char* name : {"mean", "components", "explained_variance", "explained_variance_ratio"}) {
    Draft draft;
    draft.tensors[name].second[0] = std::numeric_limits<double>::quiet_NaN();
    expect_refused(draft);
  }
}

TEST(PcaFile, WithMetadataMissingOrWrongIsRefused) {
  for (const char* name : {"convention", "count", "total_variance"}) {
    for (const char* text : {"", "x", "-1", "1x", " 1", "nan", "inf", "99999999999999999999e999"}) {
      Draft draft;
      draft.metadata[name] = text;
      expect_refused(draft);
    }
  }
  for (const char* name : {"count", "total_variance"}) {
    Draft draft;
    draft.metadata.erase(name);
    expect_refused(draft);
  }
}

TEST(PcaFile, WithoutAnOptionOfTheProjectionHasItsDefault) {
  Draft draft;
  draft.metadata.erase("convention");
  EXPECT_EQ(texts_of(draft.parse().model.projection), texts_of(Projection()));
}

}  // namespace
}  // namespace coulis
