#include "core/network/model.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "core/base/error.hpp"
#include "core/network/quantised_layers.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis {
namespace {

std::string parse_error(const SmallModel& model) {
  try {
    parse_model(model.to_bytes(), "the test model");
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kRunFailed);
    return e.what();
  }
  return "";
}

void expect_refused(const std::function<void(SmallModel&)>& spoil, const std::string& reason) {
  SmallModel model = make_small_quantised_model({});
  ASSERT_EQ(parse_error(model), "");
  spoil(model);
  const std::string message = parse_error(model);
  EXPECT_NE(message.find(reason), std::string::npos) << "message: '" << message << "', expected: '" << reason << "'";
}

TEST(QuantisedModel, TheBuiltInModelHasItsPublishedIntegers) {
  const Model model = load_model("");
  const auto& quantised = std::get<InvertedResidual>(model.network).maybe_quantised;
  ASSERT_NE(quantised, nullptr);
  EXPECT_EQ(quantised->stem.input.zero_point, -1);
  EXPECT_EQ(quantised->blocks.size(), 17U);
  EXPECT_EQ(quantised->maybe_head->weight.size(), 320U * 1280U);
}

TEST(QuantisedModel, AFloatFileHasNone) {
  const Model plain = parse_model(make_small_model({}).to_bytes(), "small");
  EXPECT_EQ(std::get<InvertedResidual>(plain.network).maybe_quantised, nullptr);
}

TEST(QuantisedModel, AMissingZeroPointIsNamed) {
  expect_refused([](SmallModel& m) { m.integers.erase("blocks.1.add.output_zero_point"); }, "no tensor 'blocks.1.add.output_zero_point'");
  expect_refused([](SmallModel& m) { m.integers.erase("pool.output_zero_point"); }, "no tensor 'pool.output_zero_point'");
}

TEST(QuantisedModel, AZeroPointOutsideInt8IsRefused) {
  expect_refused([](SmallModel& m) { m.integers["stem.output_zero_point"] = {128}; }, "is 128");
  expect_refused([](SmallModel& m) { m.integers["input_zero_point"] = {-2147483647}; }, "is -2147483647");
}

TEST(QuantisedModel, AScaleThatIsNotAPositiveNumberIsRefused) {
  for (const float scale : {0.0F, -1.0F, 1e-40F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    expect_refused([scale](SmallModel& m) { m.values["head.output_scale"] = {scale}; }, "head.output_scale");
    expect_refused([scale](SmallModel& m) { m.values["blocks.3.depthwise.weight_scale"][8] = scale; }, "blocks.3.depthwise.weight");
  }
}

TEST(QuantisedModel, AScaleOfAnotherShapeIsRefused) {
  expect_refused(
      [](SmallModel& m) {
        m.values["stem.weight_scale"].pop_back();
        m.shapes["stem.weight_scale"] = {19};
      },
      "stem.weight_scale");
}

TEST(QuantisedModel, AFloatLayerAmongInt8LayersIsRefused) {
  expect_refused(
      [](SmallModel& m) {
        m.values["head.weight"].assign(m.bytes["head.weight"].begin(), m.bytes["head.weight"].end());
        m.bytes.erase("head.weight");
        m.values["head.bias"].assign(75, 0.0F);
        m.integers.erase("head.bias");
      },
      "head.weight");
}

}  // namespace
}  // namespace coulis
